package io.comfygateway.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.comfygateway.s3.TestBucket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bucket with the mark of a gateway. */
public abstract class BucketTest {
  private static final String MARK = "files-1";
  protected static TestBucket bucket;

  @TempDir protected Path folder;

  @BeforeAll
  static void start() throws Exception {
    bucket = TestBucket.start();
  }

  @AfterAll
  static void stop() {
    bucket.close();
  }

  @BeforeEach
  void mark() throws IOException {
    bucket.folder().put(BucketState.MARK, (MARK + "\n").getBytes(UTF_8));
  }

  @AfterEach
  void back() {
    bucket.back();
  }

  /**
   * The state of the bucket.
   *
   * @param checks where the checks run
   */
  protected BucketState state(FreeSpace space, Executor checks, InstantSource clock) {
    return new BucketState(bucket.folder(), Optional.of(MARK), space, checks, clock);
  }
}
