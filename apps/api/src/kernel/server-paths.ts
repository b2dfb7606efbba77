/** The worker of the web app (apps/web/public/sw.js) has the same list. */
const SERVER_PATH = /^\/(api|health|metrics|socket\.io|ws|stomp)(\/|$)/;

/** Whether a path is the server's, a route of its own or nothing, and never the web app's. @param path without the base path */
export const isServerPath = (path: string): boolean => SERVER_PATH.test(path);
