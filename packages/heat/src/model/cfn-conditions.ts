import { type Data, type DataMap, isDataList, isDataMap } from '../read/data.ts';
import { table } from '../read/table.ts';

const namesInHot = table({
  'Fn::And': 'and',
  'Fn::Equals': 'equals',
  'Fn::Not': 'not',
  'Fn::Or': 'or',
  Ref: 'get_param',
});

/** Give the conditions of a CloudFormation template in the terms of HOT. */
export function readCfnConditions(written: Data | undefined): DataMap {
  return isDataMap(written) ? (conditionInHot(written) as DataMap) : {};
}

/** Give a condition of CloudFormation in the terms of HOT. */
export function conditionInHot(data: Data): Data {
  if (isDataList(data)) return data.map(conditionInHot);
  if (!isDataMap(data)) return data;
  const [only = '', second] = Object.keys(data);
  if (second !== undefined || !Object.hasOwn(namesInHot, only)) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, conditionInHot(value)]));
  }
  const argument = conditionInHot(data[only] ?? null);
  // `Fn::Not` has its one condition in a list.
  const value = only === 'Fn::Not' && isDataList(argument) ? (argument[0] ?? null) : argument;
  return { [namesInHot[only] ?? only]: value };
}
