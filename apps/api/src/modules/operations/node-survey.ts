import { Injectable } from '@nestjs/common';
import type { NodeFigures, NodeStatus, OperationsStatus } from '@parley/protocol';
import { newId } from '../../kernel/ids.js';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import { NodeRegister } from '../presence/index.js';
import { FIGURES_ANSWERED, FIGURES_ASKED } from './figures.topics.js';
import { NodeFiguresReader } from './node-figures.reader.js';

/** A node that has not answered by then is silent. */
const TIMEOUT_MS = 1_000;

/**
 * Asks all nodes what they are at, when an admin wants to know. Which ones there are is known from the database, so that a node
 * which is cut off from the others is seen to be silent.
 */
@Injectable()
export class NodeSurvey {
  private asking: Promise<OperationsStatus> | null = null;
  private question = '';
  private take: (nodeId: string, figures: NodeFigures) => void = () => undefined;

  constructor(
    private readonly register: NodeRegister,
    private readonly reader: NodeFiguresReader,
    private readonly bus: NodeBus,
  ) {
    bus.on(FIGURES_ASKED, ({ question }) => void this.answer(question));
    bus.on(FIGURES_ANSWERED, ({ question, nodeId, figures }) => {
      if (question === this.question) this.take(nodeId, figures);
    });
  }

  /** All who ask at the same moment share the answer. @throws `service_unavailable` without the database. */
  status(): Promise<OperationsStatus> {
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<OperationsStatus> {
    const others = await this.register.others();
    const [own, answers] = await Promise.all([this.reader.read(), this.answersOf(new Set(others.keys()))]);
    const at = new Date().toISOString();
    const nodes = [...others].map(
      ([id, seenAt]): NodeStatus => ({ id, seenAt: seenAt.toISOString(), figures: answers.get(id) ?? null }),
    );
    nodes.push({ id: this.register.nodeId, seenAt: at, figures: own });
    // Ids begin with the time at which they were made.
    return { at, nodes: nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1)) };
  }

  private async answersOf(nodeIds: ReadonlySet<string>): Promise<Map<string, NodeFigures>> {
    const answers = new Map<string, NodeFigures>();
    if (nodeIds.size === 0) return answers;
    const question = newId();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, TIMEOUT_MS);
      this.question = question;
      this.take = (nodeId, figures) => {
        if (nodeIds.has(nodeId)) answers.set(nodeId, figures);
        if (answers.size < nodeIds.size) return;
        clearTimeout(timer);
        resolve();
      };
      this.bus.publish(FIGURES_ASKED, { question });
    });
    this.question = '';
    return answers;
  }

  private async answer(question: string): Promise<void> {
    const figures = await this.reader.read();
    this.bus.publish(FIGURES_ANSWERED, { question, nodeId: this.register.nodeId, figures });
  }
}
