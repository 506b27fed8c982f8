package io.comfygateway.s3;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.demo.S3Server;
import java.io.IOException;
import java.util.List;

/** A bucket on an S3 server of its own, which a test takes away and gives back. */
public final class TestBucket implements AutoCloseable {
  private static final String BUCKET = "jobs";

  private final S3Server server;
  private final BucketFolder folder;

  private TestBucket(S3Server server) {
    this.server = server;
    this.folder = new BucketFolder(BucketAddress.parse("s3://" + BUCKET + "/kept/here"), fields());
  }

  public static TestBucket start() throws Exception {
    return new TestBucket(S3Server.start(BUCKET));
  }

  public BucketFolder folder() {
    return folder;
  }

  /** The fields of the bucket, with parts of 5 MiB. */
  public ObjectNode fields() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("endpoint", server.endpoint().toString())
        .put("access-key", server.accessKey())
        .put("secret-key", server.secretKey())
        .put("part-size-mb", 5);
  }

  /** Nothing listens where the bucket was. */
  public void away() {
    folder.use(fields().put("endpoint", "http://127.0.0.1:1"));
  }

  public void back() {
    folder.use(fields());
  }

  /** The names of all objects below the prefix. */
  public List<String> names() throws IOException {
    return folder.list("").stream().map(BucketFolder.Listed::name).sorted().toList();
  }

  /** Begins an upload in parts, as a process that is killed leaves it. */
  public void leaveUpload(String name) {
    folder.upload(folder.client(), name, "video/mp4").parts();
  }

  @Override
  public void close() {
    folder.close();
    server.close();
  }
}
