// A worker of a page that runs contracts itself; its threads are workers of its own.

interface Order {
  readonly page: string;
  readonly part: 'alone' | 'threads';
}

addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  const { run } = await import(data.page);
  postMessage(await run(data.part));
});
