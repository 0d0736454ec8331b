'use strict';

const { writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { Session } = require('node:inspector/promises');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

/**
 * Measures the process that all extensions share, and answers on a port that it writes to the file HOST_METER. `/reset` begins
 * anew; `/stop` is the longest stop of the event loop since then, in milliseconds; `/memory` is what is in use after a
 * collection of garbage, in bytes; `/profile` starts a profile of the processor's time, and gives it when it is asked again.
 */
exports.activate = (context) => {
  const interval = 1;
  const delay = monitorEventLoopDelay({ resolution: interval });
  delay.enable();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let session;
  const answers = {
    '/reset': () => {
      delay.reset();
      return 0;
    },
    // What it measures is the time between two ticks.
    '/stop': () => Math.max(0, delay.max / 1e6 - interval),
    '/memory': () => {
      collect();
      const { rss, heapUsed } = process.memoryUsage();
      return { rss, heapUsed };
    },
    '/profile': async () => {
      if (session === undefined) {
        session = new Session();
        session.connect();
        await session.post('Profiler.enable');
        await session.post('Profiler.setSamplingInterval', { interval: 200 });
        await session.post('Profiler.start');
        return 0;
      }
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      session = undefined;
      return profile;
    },
  };
  const server = createServer(async (request, response) => {
    const answer = answers[request.url];
    if (answer === undefined) response.writeHead(404).end();
    else response.end(JSON.stringify(await answer()));
  });
  context.subscriptions.push({ dispose: () => server.close() });
  server.listen(0, '127.0.0.1', () => {
    writeFileSync(process.env.HOST_METER, String(server.address().port));
  });
};
