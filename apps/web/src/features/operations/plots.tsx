import { figureText, msText, percentText } from './figure-text.js';
import { LinePlot } from './line-plot.js';
import type { Sample } from './samples.js';

/** What all nodes together were at, since the page was opened. */
export function Plots({ samples }: { samples: readonly Sample[] }) {
  const times = samples.map(({ at }) => at);
  const line = (name: keyof Sample, label: string) => ({ name: label, values: samples.map((sample) => sample[name]) });
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(min(280px,100%),1fr))] items-start gap-3">
      <LinePlot title="Messages a second" times={times} lines={[line('messages', 'Messages')]} format={figureText} />
      <LinePlot
        title="From send to delivery"
        times={times}
        lines={[line('p50', 'p50'), line('p99', 'p99')]}
        format={msText}
      />
      <LinePlot title="Sockets" times={times} lines={[line('sockets', 'Sockets')]} format={figureText} />
      <LinePlot
        title="Deliveries a second"
        times={times}
        lines={[line('deliveries', 'Deliveries')]}
        format={figureText}
      />
      <LinePlot title="Busiest event loop" times={times} lines={[line('busy', 'Busy')]} format={percentText} />
      <LinePlot title="Refused a second" times={times} lines={[line('refusals', 'Refused')]} format={figureText} />
    </div>
  );
}
