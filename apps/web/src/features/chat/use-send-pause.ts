export function useSendPause(): number {
  return 0;
}
