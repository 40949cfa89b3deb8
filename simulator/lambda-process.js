'use strict';

/**
 * Runs in the process of one Lambda function: loads the handler that `_HANDLER` names from `LAMBDA_TASK_ROOT`, and calls it
 * for each event that the simulator sends, one at a time, as the service does.
 */

const { existsSync } = require('fs');
const { join } = require('path');
const { pathToFileURL } = require('url');

async function load() {
  const [file, name] = process.env._HANDLER.split(/\.(?=[^.]+$)/);
  const path = ['.mjs', '.js', '.cjs'].map((end) => join(process.env.LAMBDA_TASK_ROOT, file + end)).find(existsSync);
  if (!path) throw Object.assign(new Error(`Cannot find module '${file}'`), { name: 'Runtime.ImportModuleError' });
  const module = await import(pathToFileURL(path).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler === 'function') return handler;
  throw Object.assign(new Error(`${process.env._HANDLER} is undefined or not exported`), {
    name: 'Runtime.HandlerNotFound',
  });
}

function contextOf({ requestId, deadline, arn }) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: arn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

let handler;

process.on('message', async (invocation) => {
  try {
    handler ??= await load();
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation));
    process.send({ result: result === undefined ? 'null' : JSON.stringify(result) });
  } catch (error) {
    process.send({ error: describe(error) });
  }
});
