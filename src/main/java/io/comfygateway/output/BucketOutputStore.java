package io.comfygateway.output;

import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.BucketState;
import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.Dimensions;
import io.comfygateway.media.SafeName;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.s3.BucketFolder;
import io.comfygateway.s3.ChangedObjectException;
import io.comfygateway.s3.StreamedObject;
import io.comfygateway.store.SourceStream;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Outputs in a bucket, under the same names as in a folder: {@code outputs/<first 2 digits of the
 * job's id>/<job's id>/<index>-<safe name>}.
 */
public final class BucketOutputStore implements OutputStore {
  private static final Logger LOG = LoggerFactory.getLogger(BucketOutputStore.class);
  private static final String OUTPUTS = "outputs/";
  private static final Pattern JOB =
      Pattern.compile("(?:.*/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[^/]+");

  private final BucketFolder bucket;
  private final BucketState state;
  private final Path temporary;

  /**
   * @param state whether anything can be stored there
   * @param temporary the folder for files on their way to the bucket or from it
   */
  public BucketOutputStore(BucketFolder bucket, BucketState state, Path temporary) {
    this.bucket = bucket;
    this.state = state;
    this.temporary = temporary;
  }

  @Override
  public StoredOutput store(
      UUID jobId, int index, String filename, InputStream bytes, OptionalLong expectedBytes)
      throws IOException {
    state.require();
    PrivateFiles.createDirectories(temporary);
    String beginning = place(jobId) + index + "-";
    String location = beginning + SafeName.of(filename);
    SourceStream source = new SourceStream(new ExpectedStream(bytes, expectedBytes));
    try (StreamedObject object =
        new StreamedObject(bucket, OUTPUTS + location, temporary.resolve(newName()))) {
      StreamedObject.Written written =
          object.write(source, expectedBytes, head -> ContentTypes.of(filename, head));
      for (BucketFolder.Listed other : bucket.list(OUTPUTS + beginning)) {
        if (!other.name().equals(OUTPUTS + location)) {
          bucket.delete(other.name());
        }
      }
      return new StoredOutput(
          location,
          written.bytes(),
          written.sha256(),
          ContentTypes.of(filename, written.head()),
          Dimensions.of(written.head()));
    } catch (IncompleteOutputException e) {
      throw e;
    } catch (StoreUnavailableException e) {
      throw state.explain(e);
    } catch (IOException e) {
      IOException known = StoreFullException.recognise(e, temporary);
      throw source.broke() || known instanceof StoreFullException ? known : state.explain(e);
    }
  }

  @Override
  public InputStream open(StoredOutput stored) throws IOException {
    return open(stored, 0, stored.bytes(), false);
  }

  private InputStream open(StoredOutput stored, long offset, long length, boolean isForCaller)
      throws IOException {
    try {
      return bucket.open(OUTPUTS + stored.location(), stored.bytes(), offset, length, isForCaller);
    } catch (NoSuchFileException e) {
      throw missing();
    } catch (ChangedObjectException e) {
      throw changed(stored, e.bytes());
    } catch (StoreUnavailableException e) {
      throw state.explain(e);
    }
  }

  @Override
  public LocalFile local(StoredOutput stored) throws IOException {
    PrivateFiles.createDirectories(temporary);
    LocalFile copy = new LocalFile(temporary.resolve(newName()), true);
    try (InputStream in = open(stored);
        OutputStream out = PrivateFiles.newOutputStream(copy.path())) {
      in.transferTo(out);
      return copy;
    } catch (IOException e) {
      copy.close();
      throw state.explain(e);
    } catch (Problem e) {
      copy.close();
      throw e;
    }
  }

  @Override
  public StoredBytes bytes(StoredOutput stored) {
    return new StoredBytes() {
      @Override
      public void require() {
        try {
          OptionalLong bytes = bucket.size(OUTPUTS + stored.location());
          if (bytes.isEmpty()) {
            throw missing();
          }
          if (bytes.getAsLong() != stored.bytes()) {
            throw changed(stored, bytes.getAsLong());
          }
        } catch (IOException e) {
          throw away();
        }
      }

      @Override
      public InputStream open(long offset, long length) throws IOException {
        if (state.isDown()) {
          throw away();
        }
        try {
          return BucketOutputStore.this.open(stored, offset, length, true);
        } catch (StoreUnavailableException e) {
          LOG.warn(
              "stored output cannot be read location={} reason={}",
              stored.location(),
              e.getMessage());
          throw away();
        }
      }

      @Override
      public LocalFile local() throws IOException {
        return BucketOutputStore.this.local(stored);
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }

  @Override
  public void delete(UUID jobId) throws IOException {
    for (BucketFolder.Listed output : bucket.list(OUTPUTS + place(jobId))) {
      bucket.delete(output.name());
    }
  }

  @Override
  public int sweepTemporary(Instant since, UnaryOperator<Set<UUID>> inWork) throws IOException {
    Map<UUID, List<BucketFolder.Unfinished>> old = new HashMap<>();
    for (BucketFolder.Unfinished upload : bucket.unfinished()) {
      Matcher name = JOB.matcher(upload.name());
      if (upload.begun().isBefore(since) && name.matches()) {
        old.merge(
            UUID.fromString(name.group(1)),
            List.of(upload),
            (before, more) -> Stream.concat(before.stream(), more.stream()).toList());
      }
    }
    // The next try of a job that is in work removes what the one before left.
    if (!old.isEmpty()) {
      old.keySet().removeAll(inWork.apply(Set.copyOf(old.keySet())));
    }
    List<BucketFolder.Unfinished> left = old.values().stream().flatMap(Collection::stream).toList();
    for (BucketFolder.Unfinished upload : left) {
      bucket.abort(upload);
    }
    return left.size();
  }

  private static String place(UUID jobId) {
    return jobId.toString().substring(0, 2) + "/" + jobId + "/";
  }

  private static String newName() {
    return UUID.randomUUID() + ".part";
  }

  // Of a bucket that is gone nobody knows what it holds.
  private Problem missing() {
    state.suspect();
    return state.isThere() ? gone() : away();
  }

  private static Problem changed(StoredOutput stored, long bytes) {
    LOG.error(
        "stored output was changed location={} bytes={} stored_bytes={}",
        stored.location(),
        bytes,
        stored.bytes());
    return gone();
  }

  private static Problem away() {
    return Problem.storeUnavailable("The files of jobs cannot be read now. Try again later.");
  }

  private static Problem gone() {
    return new Problem(
        ProblemType.OUTPUT_EXPIRED,
        "The file of this output is no longer there as it was stored. Run the job again.");
  }
}
