package io.comfygateway.demo;

import io.comfygateway.s3.S3Destination;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;

/**
 * An S3 server with one bucket in memory, on a free loopback port. It requires requests that are
 * signed with its keys (AWS Signature Version 4).
 */
public final class S3Server implements AutoCloseable {
  private static final long MAX_OBJECT_BYTES = 1L << 30;

  private final S3Proxy server;
  private final BlobStoreContext store;
  private final String accessKey;
  private final String secretKey;

  private S3Server(S3Proxy server, BlobStoreContext store, String accessKey, String secretKey) {
    this.server = server;
    this.store = store;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
  }

  /**
   * Starts a server with an empty bucket and new keys.
   *
   * @throws Exception where it cannot listen
   */
  public static S3Server start(String bucket) throws Exception {
    String accessKey = "demo" + UUID.randomUUID().toString().substring(0, 8);
    String secretKey = UUID.randomUUID().toString();
    BlobStoreContext store =
        ContextBuilder.newBuilder(new TransientNio2BlobApiMetadata())
            .overrides(new Properties())
            .credentials("none", "none")
            .build(BlobStoreContext.class);
    try {
      store.getBlobStore().createContainerInLocation(null, bucket);
      S3Proxy server =
          S3Proxy.builder()
              .blobStore(store.getBlobStore())
              .endpoint(URI.create("http://127.0.0.1:0"))
              .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
              // The default of 128 MB is too small for a video.
              .v4MaxNonChunkedRequestSize(MAX_OBJECT_BYTES)
              .build();
      server.start();
      return new S3Server(server, store, accessKey, secretKey);
    } catch (Exception e) {
      store.close();
      throw e;
    }
  }

  /** The endpoint, which expects the bucket in the path. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** A bucket of the server, with its keys. */
  public S3Destination destination(String bucket) {
    return new S3Destination(
        "demo",
        Optional.of(endpoint()),
        "us-east-1",
        bucket,
        accessKey,
        secretKey,
        true,
        Duration.ofHours(1));
  }

  public String accessKey() {
    return accessKey;
  }

  public String secretKey() {
    return secretKey;
  }

  /** Stops the server and drops its objects. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The S3 server did not stop", e);
    } finally {
      store.close();
    }
  }
}
