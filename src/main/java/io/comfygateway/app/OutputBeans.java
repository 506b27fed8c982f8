package io.comfygateway.app;

import io.comfygateway.api.Snapshots;
import io.comfygateway.job.Database;
import io.comfygateway.output.MissingOutputs;
import io.comfygateway.output.OutputCollector;
import io.comfygateway.output.OutputDownload;
import io.comfygateway.output.Retention;
import io.comfygateway.output.S3Destination;
import io.comfygateway.settings.Settings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/** Stored outputs: collected, copied to S3, removed. */
final class OutputBeans {
  private static final int REMOVED_AT_ONCE = 100;

  private final OutputCollector collector;
  private final OutputDownload download;
  private final MissingOutputs missingOutputs;
  private final Retention retention;
  private final Snapshots snapshots;
  private final Optional<S3Destination> s3;

  OutputBeans(
      SharedBeans shared, StoreBeans store, FilesBeans files, PoolBeans pool, PromptBeans prompt) {
    Settings settings = shared.settings();
    Database database = shared.database();
    Path snapshotFolder = Snapshots.folder(settings.dataDir());
    this.s3 = s3(settings);
    this.collector =
        new OutputCollector(
            store.jobs().queries(),
            store.jobs().leases(),
            store.jobs().transitions(),
            pool.backends(),
            pool.socketPictures(),
            prompt.inProgress(),
            shared.json());
    this.download = new OutputDownload(files.outputStore());
    this.missingOutputs =
        new MissingOutputs(store.jobs().queries(), store.jobs().transitions(), files.outputStore());
    this.retention =
        new Retention(
            database.jdbc(),
            database.transaction(),
            new Retention.Files(
                files.outputStore(),
                prompt.inputFiles(),
                files.folder(),
                List.of(settings.dataDir().resolve("uploads"), snapshotFolder),
                InstantSource.system()),
            retentionRules(settings),
            shared.clock());
    this.snapshots =
        new Snapshots(database, snapshotFolder, files.folder(), retention, shared.json());
  }

  private static Retention.Rules retentionRules(Settings settings) {
    long maxBytes = settings.number("gateway.output.max-bytes", 0, Long.MAX_VALUE);
    return new Retention.Rules(
        settings.period("gateway.retention"),
        maxBytes == 0 ? Long.MAX_VALUE : maxBytes,
        settings.hours("gateway.idempotency.retention-hours"),
        REMOVED_AT_ONCE);
  }

  private static Optional<S3Destination> s3(Settings settings) {
    return settings
        .optional("gateway.s3.bucket")
        .map(
            bucket ->
                new S3Destination(
                    "default",
                    settings.s3Endpoint(),
                    settings.optional("gateway.s3.region").orElse("us-east-1"),
                    bucket,
                    settings.optional("gateway.s3.access-key").orElse(""),
                    settings.optional("gateway.s3.secret-key").orElse(""),
                    settings.s3Endpoint().isPresent(),
                    settings.hours("gateway.output-url.valid-hours")));
  }

  void bindTo(RouteBeans routes) {
    routes.bind(collector, download, missingOutputs, retention, snapshots);
    s3.ifPresent(destination -> routes.bindLater(S3Client.class, destination::client));
  }

  /** Where outputs are copied to; empty where no bucket is set. */
  Optional<S3Destination> s3() {
    return s3;
  }
}
