package io.comfygateway.files;

import io.comfygateway.disk.DiskSyncs;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.store.StoreState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of jobs in a folder: {@code <job's id>/<name>}. */
public final class FolderJobFiles implements JobFiles {
  private static final Logger LOG = LoggerFactory.getLogger(FolderJobFiles.class);
  private static final int ID_LENGTH = 36;
  private static final String UNFINISHED = ".part";

  private final Path folder;
  private final StoreState state;

  /**
   * @param folder where the files are; created with the first one
   * @param state whether anything can be stored there
   */
  public FolderJobFiles(Path folder, StoreState state) {
    this.folder = folder;
    this.state = state;
  }

  @Override
  public Draft draft(UUID job, String name) throws IOException {
    state.require();
    Path file = place(job).resolve(name);
    PrivateFiles.createDirectories(place(job));
    // An earlier holder of the job may still be writing the same file.
    Path unfinished = file.resolveSibling(name + "." + UUID.randomUUID() + UNFINISHED);
    return new Draft() {
      @Override
      public Path path() {
        return unfinished;
      }

      @Override
      public void publish(String contentType) throws IOException {
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
          DiskSyncs.force(channel);
        }
        Files.move(
            unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFolder.sync(DurableFolder.of(file));
        DurableFolder.sync(folder);
      }

      // What cannot be removed here is removed by the sweep.
      @Override
      public void close() {
        try {
          Files.deleteIfExists(unfinished);
        } catch (IOException e) {
          LOG.debug("file cannot be removed file={}", unfinished, e);
        }
      }
    };
  }

  @Override
  public List<String> names(UUID job) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(place(job))) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.endsWith(UNFINISHED)) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException none) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  @Override
  public boolean has(UUID job, String name) {
    return Files.exists(place(job).resolve(name));
  }

  @Override
  public Optional<String> typeOf(UUID job, String name) {
    return Optional.empty();
  }

  @Override
  public InputStream open(UUID job, String name) throws IOException {
    return Files.newInputStream(existing(job, name));
  }

  @Override
  public LocalFile local(UUID job, String name) throws IOException {
    return new LocalFile(existing(job, name), false);
  }

  private Path existing(UUID job, String name) throws IOException {
    Path file = place(job).resolve(name);
    if (!Files.exists(file)) {
      // The file may exist in a folder that is not mounted.
      state.require();
      throw new NoSuchFileException(file.toString());
    }
    return file;
  }

  @Override
  public void delete(UUID job, String name) throws IOException {
    Files.deleteIfExists(place(job).resolve(name));
  }

  @Override
  public void delete(UUID job) throws IOException {
    Path place = place(job);
    if (Files.isDirectory(place)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(place)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      removeFolder(place);
    }
  }

  // A file may still be arriving in it; the sweep removes that later.
  private static void removeFolder(Path place) throws IOException {
    try {
      Files.deleteIfExists(place);
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("a file arrived meanwhile folder={}", place);
    }
  }

  @Override
  public Set<UUID> unchangedSince(Instant since) throws IOException {
    Set<UUID> old = new HashSet<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> places = Files.newDirectoryStream(folder)) {
        for (Path place : places) {
          String name = place.getFileName().toString();
          if (name.length() == ID_LENGTH
              && Files.getLastModifiedTime(place).toInstant().isBefore(since)) {
            old.add(UUID.fromString(name));
          }
        }
      }
    }
    return old;
  }

  private Path place(UUID job) {
    return folder.resolve(job.toString());
  }
}
