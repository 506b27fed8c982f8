package io.comfygateway.settings;

import io.comfygateway.access.MasterKey;
import io.comfygateway.s3.BucketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of folders and database, and of what is kept in them for how long. */
public final class StorageSettings {
  public static final Setting<Path> DATA_DIR =
      Setting.of(
          "gateway.data-dir",
          SettingTypes.folder(),
          "data",
          "The folder of this gateway alone: its lock, its name, its keys, and H2. No two gateways may"
              + " share it.");
  public static final Setting<Optional<Path>> FILES_DIR =
      Setting.of(
          "gateway.files-dir",
          SettingTypes.optionalFolder(),
          "",
          "The folder of the inputs and outputs of jobs; gateways on one database must share it. Empty:"
              + " in the data folder.");
  public static final Setting<Optional<BucketAddress>> FILES =
      Setting.of(
          "gateway.files",
          SettingType.optional("s3://bucket/prefix", BucketAddress::parse),
          "",
          "A bucket for the inputs and outputs of jobs, in the place of a folder, so that gateways on"
              + " one database need no shared disk (docs/operations.md); credentials and the like:"
              + " files: in the file of destinations. Empty: a folder.");
  public static final Setting<Path> ROUTES_DIR =
      Setting.of(
          "gateway.routes-dir",
          SettingTypes.folder(),
          "routes",
          "The folder of the routes (docs/routes.md); its changes take effect without a restart.");
  public static final Setting<Path> WORKFLOWS_DIR =
      Setting.of(
          "gateway.workflows-dir",
          SettingTypes.folder(),
          "workflows",
          "The folder of the workflows (docs/workflows.md); its changes take effect without a"
              + " restart.");
  public static final Setting<Duration> FILES_CHECK_INTERVAL =
      Setting.of(
          "gateway.files.check-interval-ms",
          SettingTypes.milliseconds(),
          "500",
          "How often the gateway looks for changes in the folders and files that take effect without"
              + " a restart.");
  public static final Setting<Duration> ROUTE_DRAIN =
      Setting.of(
          "gateway.routes.drain-seconds",
          SettingTypes.seconds(1, 600),
          "30",
          "How long the gateway waits for the work of a route that was edited; then the work is"
              + " interrupted and started again.");
  public static final Setting<Optional<MasterKey>> MASTER_KEY =
      Setting.of(
              "gateway.master-key",
              SettingType.optional("32 bytes in base64", MasterKey::ofBase64),
              "",
              "The key that encrypts what is stored encrypted and signs links; gateways on one"
                  + " database must share it. Empty: made at the first start, in the data folder.")
          .asSecret();
  public static final Setting<Optional<String>> DB_URL =
      Setting.of(
          "gateway.db.url",
          SettingType.optional("JDBC URL", SettingType.checked(StorageSettings::jdbc)),
          "",
          "PostgreSQL, such as jdbc:postgresql://host/name. Empty: H2 in the data folder.");
  public static final Setting<Optional<String>> DB_USER =
      Setting.of("gateway.db.user", SettingTypes.optionalText(), "", "The user of the database.");
  public static final Setting<Optional<String>> DB_PASSWORD =
      Setting.of(
              "gateway.db.password", SettingTypes.optionalText(), "", "The password of that user.")
          .asSecret();
  public static final Setting<Integer> DB_CONNECTIONS =
      Setting.of(
          "gateway.db.connections",
          SettingTypes.count(2, 1_000),
          "16",
          "How many connections to the database this gateway opens at most.");

  public static final Setting<Duration> RETENTION =
      Setting.of(
          "gateway.retention",
          SettingTypes.period(),
          "7d",
          "How long a job and its outputs are kept after it has ended; what is still to be delivered"
              + " stays.");
  public static final Setting<Long> OUTPUT_MAX =
      Setting.of(
          "gateway.output.max-bytes",
          SettingTypes.bytes(0),
          "0",
          "How many bytes outputs may take in all; the oldest are removed first, and their jobs say"
              + " so. 0: no limit.");
  public static final Setting<Long> MIN_FREE =
      Setting.of(
          "gateway.min-free-bytes",
          SettingTypes.bytes(0),
          "268435456",
          "While the disk has less free space than this, no job is accepted and no output fetched.");
  public static final Setting<Duration> IDEMPOTENCY_RETENTION =
      Setting.of(
          "gateway.idempotency.retention-hours",
          SettingTypes.hours(),
          "24",
          "How long an Idempotency-Key is remembered.");
  public static final Setting<Duration> OUTPUT_URL_VALIDITY =
      Setting.of(
          "gateway.output-url.valid-hours",
          SettingTypes.hours(),
          "24",
          "How long a signed link to an output is valid; links into a bucket of S3, 168 at most.");
  public static final Setting<Duration> RETENTION_INTERVAL =
      Setting.of(
          "gateway.retention.interval-ms",
          SettingTypes.milliseconds(),
          "60000",
          "How often the gateway removes what has expired.");

  static final SettingGroup PLACES =
      new SettingGroup(
          "Folders, database and master key",
          "",
          List.of(
              DATA_DIR,
              FILES_DIR,
              FILES,
              ROUTES_DIR,
              WORKFLOWS_DIR,
              FILES_CHECK_INTERVAL,
              ROUTE_DRAIN,
              MASTER_KEY,
              DB_URL,
              DB_USER,
              DB_PASSWORD,
              DB_CONNECTIONS));

  static final SettingGroup RETAINED =
      new SettingGroup(
          "Retention",
          "",
          List.of(
              RETENTION,
              OUTPUT_MAX,
              MIN_FREE,
              IDEMPOTENCY_RETENTION,
              OUTPUT_URL_VALIDITY,
              RETENTION_INTERVAL));

  private StorageSettings() {}

  private static void jdbc(String value) {
    if (!value.startsWith("jdbc:")) {
      throw new IllegalArgumentException(
          "it is not a JDBC URL; write one such as jdbc:postgresql://host/name, or leave it empty");
    }
    if (!value.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "the gateway keeps its jobs in PostgreSQL (jdbc:postgresql://host/name) or, if this is"
              + " empty, in H2 in the data folder; no other database is possible");
    }
  }
}
