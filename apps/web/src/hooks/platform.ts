/** Whether shortcuts are made with Cmd, as on Apple's devices, where Ctrl edits text. */
export const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);
