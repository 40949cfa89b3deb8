import { z } from 'zod';
import { known, text } from './validation';

/*
 * What the props of every database have in common, as schemas.
 */

/** An IPv4 range or a Terraform reference to one. */
export const cidrBlock: z.ZodType = known(
  z
    .string('give an IPv4 range such as "10.0.0.0/16"')
    .regex(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, 'give an IPv4 range such as "10.0.0.0/16"'),
);

/** A `RegionalNetwork` that a subnet group can be made in. */
export const databaseNetwork: z.ZodType = z.object(
  {
    vpcId: text,
    cidrBlock,
    privateSubnetIds: known(
      z
        .array(text, 'give a list of subnet ids')
        .min(2, 'give at least two private subnets, each in another availability zone'),
    ),
  },
  'give the network of the region',
);

/** Words that an engine does not take as the name of a database or a user. */
export interface ReservedNames {
  /** Who reserves them, for the error. */
  readonly by: string;
  readonly isReserved: (name: string) => boolean;
}

/** Name of the database that is made first. */
export function databaseName({ by, isReserved }: ReservedNames): z.ZodType {
  return z
    .string('give the name of a database')
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'use at most 63 letters, digits and underscores, starting with a letter')
    .refine((name) => !isReserved(name), `choose another name: ${by} reserves this word`);
}

/** Name of the administrator. */
export function masterUsername({ by, isReserved }: ReservedNames): z.ZodType {
  return z
    .string('give the name of a user')
    .regex(/^[A-Za-z][A-Za-z0-9]{0,15}$/, 'use at most 16 letters and digits, starting with a letter')
    .refine((name) => !isReserved(name), `choose another name: ${by} reserves this word`);
}

/** Parameters of a parameter group. */
export const databaseParameters: z.ZodType = z.record(
  z.string(),
  z.string('give every parameter a string'),
  'give names and values',
);

const MONITORING_INTERVALS = [0, 1, 5, 10, 15, 30, 60];

const intervalWay = `use one of ${MONITORING_INTERVALS.join(', ')}`;

/** Seconds between two samples of enhanced monitoring; 0 turns it off. */
export const monitoringInterval: z.ZodType = z
  .number(intervalWay)
  .refine((value) => MONITORING_INTERVALS.includes(value), intervalWay);

/** Names that RDS takes for itself, and reserved key words of PostgreSQL without underscores (its appendix C). */
const POSTGRESQL_WORDS = words(
  'admin administrator postgres rdsadmin rdsrepladmin root template0 template1 ' +
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation ' +
    'column concurrently constraint create cross default deferrable desc distinct do else end except false fetch for ' +
    'foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral ' +
    'leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps ' +
    'placing primary public references returning right select similar some symmetric table tablesample then to ' +
    'trailing true union unique user using variadic verbose when where window with',
);

/** Names that RDS takes for itself, system schemas, and reserved words of MySQL 8.0 (its manual, section 9.3). */
const MYSQL_WORDS = words(
  'information_schema mysql performance_schema rdsadmin rdsrepladmin rdstopmgr sys ' +
    'accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case ' +
    'change char character check collate column condition constraint continue convert create cross cube cume_dist ' +
    'current_date current_time current_timestamp current_user cursor database databases day_hour day_microsecond ' +
    'day_minute day_second dec decimal declare default delayed delete dense_rank desc describe deterministic distinct ' +
    'distinctrow div double drop dual each else elseif empty enclosed escaped except exists exit explain false fetch ' +
    'first_value float float4 float8 for force foreign from fulltext function generated get grant group grouping groups ' +
    'having high_priority hour_microsecond hour_minute hour_second if ignore in index infile inner inout insensitive ' +
    'insert int int1 int2 int3 int4 int8 integer intersect interval into io_after_gtids io_before_gtids is iterate join ' +
    'json_table key keys kill lag last_value lateral lead leading leave left like limit linear lines load localtime ' +
    'localtimestamp lock long longblob longtext loop low_priority master_bind master_ssl_verify_server_cert match ' +
    'maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies natural not ' +
    'no_write_to_binlog nth_value ntile null numeric of on optimize optimizer_costs option optionally or order out outer ' +
    'outfile over partition percent_rank precision primary procedure purge range rank read reads read_write real ' +
    'recursive references regexp release rename repeat replace require resignal restrict return revoke right rlike row ' +
    'rows row_number schema schemas second_microsecond select sensitive separator set show signal smallint spatial ' +
    'specific sql sqlexception sqlstate sqlwarning sql_big_result sql_calc_found_rows sql_small_result ssl starting ' +
    'stored straight_join system table terminated then tinyblob tinyint tinytext to trailing trigger true undo union ' +
    'unique unlock unsigned update usage use using utc_date utc_time utc_timestamp values varbinary varchar ' +
    'varcharacter varying virtual when where while window with write xor year_month zerofill',
);

/** What PostgreSQL reserves, on RDS and on Aurora. */
export function postgresqlNames(by: string): ReservedNames {
  return { by, isReserved: (name) => POSTGRESQL_WORDS.has(name.toLowerCase()) || /^(pg|rds)_/i.test(name) };
}

/** What MySQL reserves. */
export function mysqlNames(by: string): ReservedNames {
  return { by, isReserved: (name) => MYSQL_WORDS.has(name.toLowerCase()) };
}

function words(list: string): Set<string> {
  return new Set(list.split(' '));
}
