/** What a build may set. */
interface ImportMetaEnv {
  readonly VITE_API_URL?: string;
}
