package io.comfygateway.s3;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.disk.FileSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * The upload of one object: whole, or in parts if it is large. A part is read from the file as it
 * is sent, so that no part is in memory.
 */
public final class S3Upload {
  private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);
  private static final int MOST_PARTS = 10_000;
  private static final long MIB = 1_048_576;
  private static final int USUAL_PART_MIB = 64;

  private final S3Client client;
  private final JsonNode settings;
  private final String key;
  private final String contentType;

  /**
   * Makes the upload.
   *
   * @param settings the fields of the destination
   */
  public S3Upload(S3Client client, JsonNode settings, String key, String contentType) {
    this.client = client;
    this.settings = settings;
    this.key = key;
    this.contentType = contentType;
  }

  /** Uploads a small text. */
  public void bytes(byte[] content) {
    client.putObject(request(Optional.empty()), RequestBody.fromBytes(content));
  }

  /**
   * Uploads a file.
   *
   * @param sha256 its SHA-256 in hexadecimal digits, which AWS compares with what it has received
   */
  public void file(Path file, long length, String sha256) {
    long part = partBytes(length);
    if (length <= part) {
      whole(file, sha256);
      return;
    }
    Parts parts = parts();
    try {
      for (long offset = 0; offset < length; offset += part) {
        parts.add(file, offset, Math.min(part, length - offset));
      }
      parts.complete();
    } catch (SdkException | UncheckedIOException e) {
      parts.abort();
      throw e;
    }
  }

  /** The size in bytes of the parts of an object that is at least so long. */
  long partBytes(long length) {
    return Math.max(
        settings.path("part-size-mb").asLong(USUAL_PART_MIB) * MIB,
        (length + MOST_PARTS - 1) / MOST_PARTS);
  }

  /** Uploads a file in one request. */
  void whole(Path file, String sha256) {
    boolean isAws = !settings.has("endpoint");
    client.putObject(
        request(isAws ? Optional.of(sha256) : Optional.empty()), RequestBody.fromFile(file));
  }

  private PutObjectRequest request(Optional<String> sha256) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(bucket()).key(key).contentType(contentType);
    text("storage-class").ifPresent(request::storageClass);
    text("acl").ifPresent(request::acl);
    text("encryption").ifPresent(request::serverSideEncryption);
    text("kms-key").ifPresent(request::ssekmsKeyId);
    sha256
        .map(hex -> Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex)))
        .ifPresent(request::checksumSHA256);
    return request.build();
  }

  /** Begins an upload in parts. What an earlier one of the same key left is removed. */
  Parts parts() {
    abortLeftovers();
    PutObjectRequest whole = request(Optional.empty());
    String id =
        client
            .createMultipartUpload(
                it ->
                    it.bucket(bucket())
                        .key(key)
                        .contentType(contentType)
                        .storageClass(whole.storageClassAsString())
                        .acl(whole.aclAsString())
                        .serverSideEncryption(whole.serverSideEncryptionAsString())
                        .ssekmsKeyId(whole.ssekmsKeyId()))
            .uploadId();
    return new Parts(id);
  }

  /** The parts of an object, which is there when they are complete and not before. */
  final class Parts {
    private final String id;
    private final List<CompletedPart> sent = new ArrayList<>();

    private Parts(String id) {
      this.id = id;
    }

    /** Sends the next part, a piece of a file. */
    void add(Path file, long offset, long length) {
      int number = sent.size() + 1;
      String tag =
          client
              .uploadPart(
                  it ->
                      it.bucket(bucket())
                          .key(key)
                          .uploadId(id)
                          .partNumber(number)
                          .contentLength(length),
                  body(file, offset, length))
              .eTag();
      sent.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
    }

    void complete() {
      client.completeMultipartUpload(
          it -> it.bucket(bucket()).key(key).uploadId(id).multipartUpload(all -> all.parts(sent)));
    }

    void abort() {
      S3Upload.this.abort(id);
    }
  }

  private RequestBody body(Path file, long offset, long length) {
    return RequestBody.fromContentProvider(
        () -> {
          try {
            return new FileSlice(file, offset, length);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        length,
        contentType);
  }

  // Nobody else writes this key: what is there was left by a try that a crash ended.
  private void abortLeftovers() {
    try {
      client.listMultipartUploads(it -> it.bucket(bucket()).prefix(key)).uploads().stream()
          .filter(upload -> key.equals(upload.key()))
          .map(MultipartUpload::uploadId)
          .forEach(this::abort);
    } catch (SdkException e) {
      LOG.debug("cannot list unfinished uploads, which may need a right of their own", e);
    }
  }

  private void abort(String id) {
    try {
      client.abortMultipartUpload(it -> it.bucket(bucket()).key(key).uploadId(id));
    } catch (SdkException e) {
      LOG.debug("cannot abort an unfinished upload; the next try does", e);
    }
  }

  private String bucket() {
    return settings.path("bucket").asText();
  }

  private Optional<String> text(String field) {
    return Optional.of(settings.path(field).asText()).filter(value -> !value.isEmpty());
  }
}
