/** A process serves one deployment, and what tells clients of addresses has nothing else to ask. */
let basePath = '';

/** `BASE_PATH`: what everything that people see of this deployment is below, as `/chat`; '' where it has its host to itself. */
export function setBasePath(path: string): void {
  basePath = path;
}

/** An address of this server as it is told to clients: a path from the root of the origin, as URLs are resolved. */
export const publicPath = (path: string): string => basePath + path;

/** The same the other way round. One that is not below it stays as it is: a proxy may have taken the base path off. */
export function localPath(path: string): string {
  const rest = path.slice(basePath.length);
  if (basePath === '' || !path.startsWith(basePath) || !/^([/?]|$)/.test(rest)) return path;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
