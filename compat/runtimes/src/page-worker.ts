// A worker of a page that runs contracts itself; the page makes the workers that it asks for.

interface Order {
  readonly page: string;
  readonly part: 'alone' | 'threads';
}

addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  const { run } = await import(data.page);
  postMessage(await run(data.part));
});
