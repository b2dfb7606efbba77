import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freshDirectory, ROOT } from '@parley/testkit';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { settings } from './settings.js';

// Where it is not installed, `npm test` says so.
const ANALYZE = process.env.PARLEY_TEST_SYSTEMD_ANALYZE;
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

const scratch = freshDirectory('deploy');
afterAll(() => rmSync(scratch, { recursive: true }));

describe('tools/deploy/kubernetes.yaml', () => {
  const resources = parseAllDocuments(textOf('tools/deploy/kubernetes.yaml')).map((each) => each.toJS() as Resource);

  it('is what Kubernetes has types for, to the last key', () => {
    expect(faultsOf(resources)).toEqual([]);
    const [, , deployment] = structuredClone(resources) as any[];
    deployment.spec.template.spec.containers[0].readinesProbe = {};
    expect(faultsOf([deployment])).toEqual([expect.stringContaining(`'"readinesProbe"' does not exist`)]);
  });

  it('sets what Parley knows, and nothing else', () => {
    const set = resources.flatMap(({ data, stringData }) => Object.keys({ ...data, ...stringData }));
    expect(set.filter((name) => !settings().includes(name))).toEqual([]);
  });

  it('has no secret with which a node would start, since everybody knows it', () => {
    const [{ stringData = {} } = {}] = resources as Partial<Resource>[];
    for (const name of ['JWT_SECRET', 'METRICS_TOKEN']) expect(stringData[name]?.length).toBeLessThan(16);
  });

  it('gives a node more time to stop than it takes, of which it serves for as long as may be', () => {
    const [, settingsMap, deployment] = resources as any[];
    expect(settingsMap.data.DRAIN_NOTICE_MS).toBe('3000');
    expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(15);
  });

  /** Checks them as literals of their types, of which no key may be more than its type has. */
  function faultsOf(all: readonly Resource[]): string[] {
    const lines = all.flatMap(({ apiVersion, kind }, i) => {
      const group = apiVersion === 'v1' ? 'core/v1' : apiVersion.replace('.k8s.io', '');
      const literal = JSON.stringify(all[i], null, 1);
      return [
        `import type { ${kind} as Kind${i} } from 'kubernetes-types/${group}';`,
        `export const a${i}: Kind${i} = ${literal};`,
      ];
    });
    const file = join(import.meta.dirname, 'kubernetes.of-a-test.ts');
    const options: ts.CompilerOptions = {
      ...{ strict: true, noEmit: true, types: [], skipLibCheck: true, target: ts.ScriptTarget.ES2020 },
      ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    host.fileExists = (path) => path === file || fileExists(path);
    host.getSourceFile = (path, language) =>
      path === file ? ts.createSourceFile(path, lines.join('\n'), language) : getSourceFile(path, language);
    const program = ts.createProgram([file], options, host);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  }
});

describe('docker-compose.yml', () => {
  it('sets what Parley knows, and nothing else', () => {
    const { services } = parse(textOf('docker-compose.yml'), { merge: true }) as any;
    const nodes = Object.values<any>(services).filter(({ image }) => image === 'parley');
    expect(nodes).toHaveLength(2);
    for (const { environment } of nodes) {
      expect(Object.keys(environment).filter((name) => !settings().includes(name))).toEqual([]);
    }
  });
});

describe('tools/deploy/parley.service', () => {
  const unit = textOf('tools/deploy/parley.service');

  it('sets what Parley knows, and starts what is built', () => {
    const set = [...(/^Environment=(.*)$/m.exec(unit)?.[1] ?? '').matchAll(/(\w+)=/g)].map(([, name = '']) => name);
    expect(set.filter((name) => !['NODE_ENV', ...settings()].includes(name))).toEqual([]);
    const [, node = '', script = ''] = /^ExecStart=\/opt\/parley\/(\S+) (\S+)$/m.exec(unit) ?? [];
    for (const path of [node, script]) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });

  it('is understood by systemd, where that is installed', async () => {
    if (!ANALYZE) return;
    const file = join(scratch, 'parley.service');
    mkdirSync(scratch, { recursive: true });
    writeFileSync(file, unit.replaceAll('/opt/parley/node_modules/.bin/node', process.execPath));
    const { stdout, stderr } = await promisify(execFile)(ANALYZE, ['verify', '--man=no', file]);
    expect((stdout + stderr).split('\n').filter((line) => line.includes('parley.service'))).toEqual([]);
  });
});
