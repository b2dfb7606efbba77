/** A box of MP4 and HEIF, for specs. */
export const box = (type: string, ...content: (Buffer | string)[]) => {
  const bytes = Buffer.concat(content.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : each)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + bytes.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, bytes]);
};
