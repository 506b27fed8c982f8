package io.comfygateway.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.files.BucketState;
import io.comfygateway.s3.BucketAddress;
import io.comfygateway.s3.BucketFolder;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.sink.DestinationsFile;
import io.comfygateway.sink.SinkFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bucket that {@code GATEWAY_FILES} names, and the thread that checks it. */
final class FilesBucket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FilesBucket.class);
  private static final String RIGHTS =
      "The gateway needs the rights s3:GetObject, s3:PutObject, s3:DeleteObject and"
          + " s3:AbortMultipartUpload for its objects, and s3:ListBucket and"
          + " s3:ListBucketMultipartUploads for the bucket.";

  private final BucketFolder folder;
  private final ExecutorService checks =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "files-bucket-check");
            thread.setDaemon(true);
            return thread;
          });

  /** A request that the start tries. */
  private interface Trial {
    void run() throws IOException;
  }

  private FilesBucket(BucketFolder folder) {
    this.folder = folder;
  }

  /**
   * The bucket of the settings; empty if files are in a folder. No connection is opened.
   *
   * @throws StartFailure if its fields in the file of destinations have a fault
   */
  static Optional<FilesBucket> of(Settings settings) {
    return settings
        .get(StorageSettings.FILES)
        .map(address -> new FilesBucket(new BucketFolder(address, fields(settings))));
  }

  private static ObjectNode fields(Settings settings) {
    Path file = settings.get(DeliverySettings.DESTINATIONS_FILE);
    if (!Files.exists(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      DestinationsFile.Reading reading =
          DestinationsFile.read(
              file,
              System.getenv(),
              new SinkFiles(settings.get(StorageSettings.ROUTES_DIR)).names());
      List<String> faults =
          reading.faults().stream()
              .filter(fault -> concernsStore(fault.field()))
              .map(FileFault::toString)
              .toList();
      if (!faults.isEmpty()) {
        throw new StartFailure(
            "The bucket of GATEWAY_FILES cannot be used:\n" + String.join("\n", faults));
      }
      return reading.store();
    } catch (IOException e) {
      throw new StartFailure(
          "The file "
              + file
              + " with the fields of GATEWAY_FILES cannot be read ("
              + StartFailure.reason(e)
              + ").");
    }
  }

  // A fault without a field is one of the whole file.
  private static boolean concernsStore(String field) {
    return field.isEmpty()
        || field.equals(DestinationsFile.STORE)
        || field.startsWith(DestinationsFile.STORE + ".");
  }

  BucketFolder folder() {
    return folder;
  }

  Executor checks() {
    return checks;
  }

  /**
   * Tries what jobs need of the bucket.
   *
   * @throws StartFailure if the bucket is missing, refuses something, or does not answer
   */
  void requireUsable() {
    // Gateways that start together must not delete each other's.
    String trial = "files-check-" + UUID.randomUUID();
    tried("read", () -> BucketState.markOf(folder));
    tried("written", () -> folder.put(trial, "check".getBytes(StandardCharsets.UTF_8)));
    tried("listed", () -> folder.list(trial));
    tried("deleted from", () -> folder.delete(trial));
    try {
      folder.unfinished();
    } catch (IOException e) {
      LOG.warn(
          "unfinished uploads cannot be listed, so those that a crash leaves stay bucket={} reason={}",
          address(),
          reason(e));
    }
  }

  private void tried(String what, Trial trial) {
    try {
      trial.run();
    } catch (IOException e) {
      throw new StartFailure(
          "The bucket "
              + address()
              + " (GATEWAY_FILES) cannot be "
              + what
              + ": "
              + reason(e)
              + ". Check that the bucket exists, and that endpoint, region and credentials under files:"
              + " in the file of destinations are its own. "
              + RIGHTS);
    }
  }

  private static String reason(IOException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  private BucketAddress address() {
    return folder.address();
  }

  /** The id of the bucket; empty if it has none. */
  Optional<String> mark() {
    try {
      return BucketState.markOf(folder);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Gives the bucket an id. */
  void mark(String id) {
    try {
      folder.put(BucketState.MARK, id.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private StartFailure unreadable(IOException failure) {
    return new StartFailure(
        "The bucket " + address() + " (GATEWAY_FILES) cannot be used: " + reason(failure) + ".");
  }

  @Override
  public void close() {
    checks.shutdownNow();
    folder.close();
  }
}
