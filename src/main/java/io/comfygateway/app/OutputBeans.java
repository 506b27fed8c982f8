package io.comfygateway.app;

import io.comfygateway.api.Snapshots;
import io.comfygateway.database.Database;
import io.comfygateway.output.MissingOutputs;
import io.comfygateway.output.OutputCollector;
import io.comfygateway.output.OutputDownload;
import io.comfygateway.output.Retention;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Stored outputs: collected, copied to S3, removed. */
final class OutputBeans {
  private static final int REMOVED_AT_ONCE = 100;
  // Each takes a few requests to the bucket, and all of them one transaction.
  private static final int REMOVED_FAR_AWAY_AT_ONCE = 20;

  private final OutputCollector collector;
  private final OutputDownload download;
  private final MissingOutputs missingOutputs;
  private final Retention retention;
  private final Snapshots snapshots;

  OutputBeans(
      SharedBeans shared, StoreBeans store, FilesBeans files, PoolBeans pool, PromptBeans prompt) {
    Settings settings = shared.settings();
    Database database = shared.database();
    Path snapshotFolder = Snapshots.folder(settings.get(StorageSettings.DATA_DIR));
    this.collector =
        new OutputCollector(
            store.jobs().queries(),
            store.jobs().leases(),
            store.jobs().transitions(),
            pool.backends(),
            pool.socketPictures(),
            prompt.inProgress(),
            shared.json());
    this.download = new OutputDownload(files.outputStore(), pool.socketPictures());
    this.missingOutputs =
        new MissingOutputs(store.jobs().queries(), store.jobs().transitions(), files.outputStore());
    this.retention =
        new Retention(
            database.jdbc(),
            database.transaction(),
            new Retention.Files(
                files.outputStore(),
                prompt.inputFiles(),
                files.state(),
                List.of(
                    settings.get(StorageSettings.DATA_DIR).resolve("uploads"),
                    snapshotFolder,
                    files.temporary(),
                    CustomBeans.folder(shared)),
                InstantSource.system()),
            retentionRules(settings, files.isRemote()),
            shared.clock());
    this.snapshots =
        new Snapshots(database, snapshotFolder, files.state(), retention, shared.json());
  }

  private static Retention.Rules retentionRules(Settings settings, boolean isRemote) {
    long maxBytes = settings.get(StorageSettings.OUTPUT_MAX);
    return new Retention.Rules(
        settings.get(StorageSettings.RETENTION),
        maxBytes == 0 ? Long.MAX_VALUE : maxBytes,
        settings.get(StorageSettings.IDEMPOTENCY_RETENTION),
        isRemote ? REMOVED_FAR_AWAY_AT_ONCE : REMOVED_AT_ONCE);
  }

  void bindTo(RouteBeans routes) {
    routes.bind(collector, download, missingOutputs, retention, snapshots);
  }
}
