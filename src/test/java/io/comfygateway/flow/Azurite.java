package io.comfygateway.flow;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import org.awaitility.Awaitility;

/** Azurite, Microsoft's own stand-in for Azure Blob storage, as its own process. */
final class Azurite implements AutoCloseable {
  static final String ACCOUNT = "devstoreaccount1";

  /** The key that Azurite is documented with. */
  static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  static final String CONTAINER = "outputs";
  private static final Duration START = Duration.ofSeconds(60);

  private final Path installed;
  private final Path folder;
  private final int port;
  private Process process;

  private Azurite(Path installed, Path folder, int port) {
    this.installed = installed;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts one with an empty container.
   *
   * @throws RuntimeException that skips the test, with the reason, where it is not installed
   */
  static Azurite start(Path folder) throws IOException, InterruptedException {
    Path installed = Installed.packages("azurite");
    Azurite azurite = new Azurite(installed, folder, freePort());
    azurite.comeUp();
    return azurite;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** The URL of the account. */
  String url() {
    return "http://127.0.0.1:" + port + "/" + ACCOUNT;
  }

  String connectionString() {
    return "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;"
        .formatted(ACCOUNT, KEY, url());
  }

  /** A token with which blobs of the container can be written for an hour. */
  String sasToken() {
    return container()
        .generateSas(
            new BlobServiceSasSignatureValues(
                OffsetDateTime.now().plusHours(1),
                new BlobContainerSasPermission()
                    .setCreatePermission(true)
                    .setWritePermission(true)));
  }

  BlobContainerClient container() {
    BlobServiceClient client =
        new BlobServiceClientBuilder().connectionString(connectionString()).buildClient();
    return client.getBlobContainerClient(CONTAINER);
  }

  List<String> blobs() {
    return container().listBlobs().stream().map(BlobItem::getName).toList();
  }

  /** Kills it. */
  void goDown() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Starts it again on the same port, with the data that it has saved. */
  void comeUp() {
    try {
      process =
          new ProcessBuilder(
                  installed.resolve("node").toString(),
                  installed.resolve("node_modules/azurite/dist/src/blob/main.js").toString(),
                  "--blobHost",
                  "127.0.0.1",
                  "--blobPort",
                  Integer.toString(port),
                  "--location",
                  folder.toString(),
                  "--skipApiVersionCheck",
                  "--disableTelemetry",
                  "--silent")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("azurite.log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await().atMost(START).until(this::answers);
    // A process that is killed soon after it made the container has not saved it.
    container().createIfNotExists();
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    goDown();
  }
}
