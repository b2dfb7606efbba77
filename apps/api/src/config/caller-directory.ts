/** Where the command was typed: npm starts it in the root of the repository, whichever directory that was. */
export const callerDirectory = (): string => process.env.INIT_CWD ?? process.cwd();
