package io.comfygateway.output;

import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.FileSlice;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.FreeSpace;
import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.media.SafeName;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.SourceStream;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreState;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Outputs in a folder: {@code <first 2 digits of the job's id>/<job's id>/<index>-<safe name>}.
 * What is being received lies in {@code incoming/} on the same file system, so that the sweep after
 * a crash reads one folder and not one for every job that ever ran.
 */
public final class FolderOutputStore implements OutputStore {
  private static final Logger LOG = LoggerFactory.getLogger(FolderOutputStore.class);
  private static final Pattern LOCATION =
      Pattern.compile(
          "[0-9a-f]{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9]+-[^/\\\\\\x00]+");

  private final Path folder;
  private final Path incoming;
  private final StoreState state;
  private final Set<Path> receiving = ConcurrentHashMap.newKeySet();

  /**
   * @param folder where the outputs lie; it is made when the first one is stored
   */
  public FolderOutputStore(Path folder) {
    this(folder, new FreeSpace(Set.of(folder), 0));
  }

  /**
   * @param state whether anything can be stored there
   */
  public FolderOutputStore(Path folder, StoreState state) {
    this.state = state;
    this.folder = folder.toAbsolutePath().normalize();
    this.incoming = this.folder.resolve("incoming");
  }

  @Override
  public StoredOutput store(
      UUID jobId, int index, String filename, InputStream bytes, OptionalLong expectedBytes)
      throws IOException {
    Path temporary = incoming.resolve("%s-%d-%s.part".formatted(jobId, index, UUID.randomUUID()));
    SourceStream source = new SourceStream(bytes);
    receiving.add(temporary);
    try {
      state.require();
      PrivateFiles.createDirectories(incoming);
      try (IncomingFile file = new IncomingFile(temporary)) {
        String name = index + "-" + SafeName.of(filename);
        IncomingFile.Received received = file.receive(source, filename, expectedBytes);
        Path jobFolder = jobFolder(jobId);
        // Looked for again: the folder may have been unmounted while the output streamed by.
        state.require();
        makeFolders(jobFolder);
        file.publish(jobFolder.resolve(name));
        DurableFolder.sync(DurableFolder.of(jobFolder));
        deleteOtherNames(jobFolder, index, name);
        return new StoredOutput(
            "%s/%s/%s".formatted(shard(jobId), jobId, name),
            received.bytes(),
            received.sha256(),
            received.contentType(),
            received.dimensions());
      }
    } catch (IncompleteOutputException | StoreUnavailableException e) {
      throw e;
    } catch (IOException e) {
      IOException known = StoreFullException.recognise(e, folder);
      throw source.broke() || known instanceof StoreFullException
          ? known
          : new StoreUnavailableException(e);
    } finally {
      receiving.remove(temporary);
    }
  }

  @Override
  public InputStream open(StoredOutput stored) throws IOException {
    try {
      return Files.newInputStream(path(stored));
    } catch (NoSuchFileException e) {
      throw missing();
    }
  }

  @Override
  public LocalFile local(StoredOutput stored) {
    return new LocalFile(path(stored), false);
  }

  @Override
  public StoredBytes bytes(StoredOutput stored) {
    Path path = path(stored);
    return new StoredBytes() {
      @Override
      public void require() {
        // Its file has been found.
      }

      @Override
      public InputStream open(long offset, long length) throws IOException {
        return new FileSlice(path, offset, length);
      }

      @Override
      public LocalFile local() {
        return new LocalFile(path, false);
      }

      @Override
      public Optional<Path> file() {
        return Optional.of(path);
      }
    };
  }

  Path path(StoredOutput stored) {
    Path path = resolve(stored.location());
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      if (!found.isRegularFile()) {
        throw missing();
      }
      if (found.size() != stored.bytes()) {
        LOG.error(
            "stored output was changed location={} bytes={} stored_bytes={}",
            stored.location(),
            found.size(),
            stored.bytes());
        throw gone();
      }
      return path;
    } catch (IOException e) {
      throw missing();
    }
  }

  @Override
  public void delete(UUID jobId) throws IOException {
    Path jobFolder = jobFolder(jobId);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(jobFolder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(jobFolder);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return;
    }
  }

  @Override
  public int sweepTemporary(Instant since, UnaryOperator<Set<UUID>> inWork) throws IOException {
    return sweepTemporary();
  }

  /**
   * Deletes what a crash left half received, which no process holds locked.
   *
   * @return how many files were deleted
   */
  public int sweepTemporary() throws IOException {
    int swept = 0;
    if (Files.isDirectory(incoming)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming, "*.part")) {
        for (Path file : files) {
          swept += !receiving.contains(file) && deleteUnlocked(file) ? 1 : 0;
        }
      }
    }
    return swept;
  }

  private static boolean deleteUnlocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null && Files.deleteIfExists(file);
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      return false;
    }
  }

  // The job's own is brought to the disk after its file, since a journal then has it already.
  private void makeFolders(Path jobFolder) throws IOException {
    if (make(DurableFolder.of(jobFolder))) {
      DurableFolder.sync(folder);
    }
    make(jobFolder);
  }

  // Says whether it is new. What stands there that is no folder fails at the move.
  private static boolean make(Path folder) throws IOException {
    try {
      PrivateFiles.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException anotherOutputCameFirst) {
      return false;
    }
  }

  private static void deleteOtherNames(Path jobFolder, int index, String name) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(jobFolder, index + "-*")) {
      for (Path file : files) {
        if (!file.getFileName().toString().equals(name)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path resolve(String location) {
    Path path = folder.resolve(LOCATION.matcher(location).matches() ? location : "").normalize();
    if (path.equals(folder) || !path.startsWith(folder)) {
      throw new IllegalArgumentException("not a location in the output store");
    }
    return path;
  }

  private Path jobFolder(UUID jobId) {
    return folder.resolve(shard(jobId)).resolve(jobId.toString());
  }

  private static String shard(UUID jobId) {
    return jobId.toString().substring(0, 2);
  }

  // Of a folder that is not mounted nobody knows what it holds.
  private Problem missing() {
    try {
      state.require();
    } catch (StoreUnavailableException away) {
      return Problem.storeUnavailable("The files of jobs cannot be read now. Try again later.");
    } catch (IOException full) {
      return gone();
    }
    return gone();
  }

  private static Problem gone() {
    return new Problem(
        ProblemType.OUTPUT_EXPIRED,
        "The file of this output is no longer there as it was stored. Run the job again.");
  }
}
