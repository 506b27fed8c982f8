package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.Database;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.output.Retention;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.Exchange;

/**
 * The step that makes a snapshot of the embedded database for {@code gateway backup}, which then
 * packs it with the files. No file is removed in the meantime: every file that the snapshot names
 * must be in the backup.
 */
public final class Snapshots {
  private static final int OK = 200;
  private static final Duration PACKING = Duration.ofHours(1);
  private static final String NAME = "database.zip";

  private final Database database;
  private final Path folder;
  private final StoreState store;
  private final Retention retention;
  private final ObjectMapper json;

  /**
   * Makes the step.
   *
   * @param folder where snapshots are kept until they are packed
   */
  public Snapshots(
      Database database, Path folder, StoreState store, Retention retention, ObjectMapper json) {
    this.database = database;
    this.folder = folder;
    this.store = store;
    this.retention = retention;
    this.json = json;
  }

  /** The folder of snapshots in a data folder. */
  public static Path folder(Path dataFolder) {
    return dataFolder.resolve("snapshots");
  }

  /**
   * 200 with the snapshot's name in that folder. There is one at a time; it replaces the one
   * before.
   *
   * @throws Problem NO_SNAPSHOT where the database is not the embedded one
   */
  public synchronized void make(Exchange exchange) throws IOException {
    if (!database.isEmbedded()) {
      throw new Problem(
          ProblemType.NO_SNAPSHOT,
          "The jobs are in PostgreSQL. Back it up with pg_dump; docs/operating.md says how.");
    }
    store.require();
    retention.pause(PACKING);
    PrivateFiles.createDirectories(folder);
    Path snapshot = folder.resolve(NAME);
    database.snapshot(snapshot);
    Responses.json(
        exchange,
        OK,
        json.createObjectNode().put("file", NAME).put("bytes", Files.size(snapshot)).toString());
  }
}
