package io.comfygateway.s3;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects below one prefix of a bucket. Names are relative to it. Whatever an S3 server fails
 * with may pass or be fixed by its operator, so it is a {@link StoreUnavailableException}.
 */
public final class BucketFolder implements AutoCloseable {
  /** For what jobs read and write, and for what callers read: slow ones must delay no job. */
  private static final int CONNECTIONS = 64;

  private static final int CALLERS_CONNECTIONS = 512;
  private static final Duration LINK = Duration.ofHours(1);

  private final BucketAddress address;
  private final Map<Integer, Opened> clients = new HashMap<>();
  private volatile ObjectNode fields;

  private record Opened(ObjectNode fields, S3Client client) {}

  /** An object: its name and when it was written, by the server's clock. */
  public record Listed(String name, Instant modified) {}

  /** An upload in parts that has not been completed. */
  public record Unfinished(String name, String id, Instant begun) {}

  /** A request to the server. */
  private interface Request<T> {
    T send(S3Client client) throws IOException;
  }

  /**
   * Makes it; no connection is opened.
   *
   * @param fields the fields of a destination of the sink {@code s3}, without the bucket
   */
  public BucketFolder(BucketAddress address, ObjectNode fields) {
    this.address = address;
    this.fields = withBucket(fields);
  }

  /** Takes other credentials, or another endpoint, from now on. */
  public void use(ObjectNode changed) {
    fields = withBucket(changed);
  }

  private ObjectNode withBucket(ObjectNode from) {
    return from.deepCopy().put("bucket", address.bucket()).put("name", "files");
  }

  public BucketAddress address() {
    return address;
  }

  /**
   * Writes an object whole.
   *
   * @param sha256 the SHA-256 of the file in hexadecimal digits
   */
  public void put(String name, Path file, long length, String contentType, String sha256)
      throws IOException {
    send(
        client -> {
          upload(client, name, contentType).file(file, length, sha256);
          return name;
        });
  }

  /** Writes a small text. */
  public void put(String name, byte[] text) throws IOException {
    send(
        client -> {
          upload(client, name, "text/plain").bytes(text);
          return name;
        });
  }

  S3Upload upload(S3Client client, String name, String contentType) {
    return new S3Upload(client, fields, key(name), contentType);
  }

  /** The client of what jobs read and write. */
  S3Client client() {
    return client(CONNECTIONS);
  }

  /**
   * Reads a range of an object, whose size must be the given one.
   *
   * @param bytes the size of the whole object
   * @param isForCaller whether a caller takes the bytes, who may be slow
   * @throws NoSuchFileException if there is no such object
   * @throws ChangedObjectException if it has another size
   */
  public InputStream open(String name, long bytes, long offset, long length, boolean isForCaller)
      throws IOException {
    if (length == 0) {
      return InputStream.nullInputStream();
    }
    int connections = isForCaller ? CALLERS_CONNECTIONS : CONNECTIONS;
    return new ObjectStream(
        (from, left) -> {
          boolean isWhole = from == 0 && left == bytes;
          ResponseInputStream<GetObjectResponse> answer =
              send(
                  connections,
                  client ->
                      client.getObject(
                          it -> {
                            it.bucket(address.bucket()).key(key(name));
                            if (!isWhole) {
                              it.range("bytes=%d-%d".formatted(from, from + left - 1));
                            }
                          }));
          if (sizeOf(answer.response(), isWhole) != bytes) {
            answer.abort();
            throw new ChangedObjectException(sizeOf(answer.response(), isWhole));
          }
          return answer;
        },
        offset,
        length);
  }

  private static long sizeOf(GetObjectResponse answer, boolean isWhole) {
    String range = answer.contentRange();
    return isWhole || range == null
        ? answer.contentLength()
        : Long.parseLong(range.substring(range.lastIndexOf('/') + 1));
  }

  /**
   * Reads a small text.
   *
   * @throws NoSuchFileException if there is no such object
   */
  public byte[] text(String name, Duration atMost) throws IOException {
    return send(
        client ->
            client
                .getObjectAsBytes(
                    it ->
                        it.bucket(address.bucket())
                            .key(key(name))
                            .overrideConfiguration(limit -> limit.apiCallTimeout(atMost)))
                .asByteArray());
  }

  /** The size of an object in bytes; empty if there is none. */
  public OptionalLong size(String name) throws IOException {
    try {
      return OptionalLong.of(
          send(
              client ->
                  client
                      .headObject(it -> it.bucket(address.bucket()).key(key(name)))
                      .contentLength()));
    } catch (NoSuchFileException none) {
      return OptionalLong.empty();
    }
  }

  /** The content type of an object. */
  public String contentType(String name) throws IOException {
    return send(
        client ->
            client.headObject(it -> it.bucket(address.bucket()).key(key(name))).contentType());
  }

  /** The objects whose names begin with a text. */
  public List<Listed> list(String beginning) throws IOException {
    return send(
        client -> {
          List<Listed> listed = new ArrayList<>();
          for (S3Object object :
              client
                  .listObjectsV2Paginator(it -> it.bucket(address.bucket()).prefix(key(beginning)))
                  .contents()) {
            listed.add(new Listed(name(object.key()), object.lastModified()));
          }
          return listed;
        });
  }

  /** Deletes an object; without effect if there is none. */
  public void delete(String name) throws IOException {
    send(client -> client.deleteObject(it -> it.bucket(address.bucket()).key(key(name))));
  }

  /** The uploads below the prefix that have not been completed. */
  public List<Unfinished> unfinished() throws IOException {
    return send(
        client -> {
          List<Unfinished> found = new ArrayList<>();
          for (MultipartUpload upload :
              client
                  .listMultipartUploadsPaginator(
                      it -> it.bucket(address.bucket()).prefix(address.prefix()))
                  .uploads()) {
            found.add(new Unfinished(name(upload.key()), upload.uploadId(), upload.initiated()));
          }
          return found;
        });
  }

  /** Removes the parts of an upload. */
  public void abort(Unfinished upload) throws IOException {
    send(
        client ->
            client.abortMultipartUpload(
                it -> it.bucket(address.bucket()).key(key(upload.name())).uploadId(upload.id())));
  }

  private String key(String name) {
    return address.prefix() + name;
  }

  private String name(String key) {
    return key.substring(address.prefix().length());
  }

  private <T> T send(Request<T> request) throws IOException {
    return send(CONNECTIONS, request);
  }

  private <T> T send(int connections, Request<T> request) throws IOException {
    try {
      return request.send(client(connections));
    } catch (NoSuchKeyException none) {
      throw new NoSuchFileException(address.toString());
    } catch (SdkException | NoCredentialsException e) {
      throw unavailable(e);
    }
  }

  static StoreUnavailableException unavailable(Exception why) {
    return new StoreUnavailableException(new IOException(S3Failure.reason(why), why));
  }

  private synchronized S3Client client(int connections) {
    ObjectNode now = fields;
    Opened opened = clients.get(connections);
    if (opened == null || !opened.fields().equals(now)) {
      // The former client may be in use; the SDK closes its connections when they are idle.
      opened = new Opened(now, S3Destination.of(now, LINK).client(connections));
      clients.put(connections, opened);
    }
    return opened.client();
  }

  @Override
  public synchronized void close() {
    clients.values().forEach(opened -> opened.client().close());
    clients.clear();
  }
}
