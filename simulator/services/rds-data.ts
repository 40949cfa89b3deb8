import { answer } from '../answer';
import { inputOf } from '../request';
import { Service } from '../world';
import { AuroraGlobal } from '../aurora-global';

/** The Data API: a query answers with the position of its cluster's log, any other statement advances it. */
export function rdsData(aurora: AuroraGlobal): Service {
  return {
    ExecuteStatement: async (call) => {
      const { resourceArn = '', sql = '' } = inputOf<{ resourceArn?: string; sql?: string }>(call);
      const isQuery = /^\s*(select|show)\b/i.test(sql);
      const position = isQuery ? aurora.read(resourceArn) : aurora.write(resourceArn);
      return answer(call, {
        numberOfRecordsUpdated: isQuery ? 0 : 1,
        records: [[{ longValue: position }]],
        generatedFields: [],
      });
    },
  };
}
