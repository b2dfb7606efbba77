import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statingSettings } from './session-settings.js';

describe('the schema that a session goes by', () => {
  let engine: PGlite;
  beforeAll(async () => {
    engine = await PGlite.create();
    await engine.exec('CREATE SCHEMA "Its own"');
  });
  afterAll(() => engine.close());

  /** What a session that came with this search path goes by. */
  async function stated(searchPath: string): Promise<unknown> {
    await engine.exec(`SET search_path = ${searchPath}`);
    await engine.exec(statingSettings());
    const { rows } = await engine.query<{ schema: string }>('SELECT current_schema() AS schema');
    return rows[0]?.schema;
  }

  it('is where it would make the tables, if there are none', async () => {
    expect(await stated('"$user", public')).toBe('public');
    expect(await stated('nowhere')).toBe('public');
    expect(await stated('"Its own", public')).toBe('Its own');
  });

  it('is where the tables are, though the search path was changed since', async () => {
    await engine.exec('CREATE TABLE public.conversation_participants ()');
    expect(await stated('"Its own", public')).toBe('public');
    expect(await stated('"Its own"')).toBe('public');
    expect(await stated('nowhere')).toBe('public');
  });

  it('is one of its own where the tables were made there', async () => {
    await engine.exec('CREATE TABLE "Its own".conversation_participants ()');
    expect(await stated('"Its own", public')).toBe('Its own');
  });
});
