import { afterEach, describe, expect, it } from '@jest/globals';
import { localPath, publicPath, setBasePath } from './base-path.js';

afterEach(() => setBasePath(''));

describe('Addresses below a path', () => {
  it.each([
    ['/chat/api/users/me', '/api/users/me'],
    ['/chat/', '/'],
    ['/chat', '/'],
    ['/chat?next=%2F', '/?next=%2F'],
    ['/chat/chat/c/1', '/chat/c/1'],
    ['/chatter/api', '/chatter/api'],
    ['/api/users/me', '/api/users/me'],
    ['http://chat.example/chat/api', 'http://chat.example/chat/api'],
    ['*', '*'],
  ])('%s is %s to the server', (asked, known) => {
    setBasePath('/chat');
    expect(localPath(asked)).toBe(known);
  });

  it('are told to clients from the root of the origin', () => {
    setBasePath('/chat');
    expect(publicPath('/api/files/1')).toBe('/chat/api/files/1');
  });

  it('are as they are where there is none', () => {
    expect([localPath('/chat/api'), publicPath('/api/files/1')]).toEqual(['/chat/api', '/api/files/1']);
  });
});
