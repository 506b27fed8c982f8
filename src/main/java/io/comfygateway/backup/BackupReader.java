package io.comfygateway.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Restores a backup into empty folders. Until all of it is there, a marker file in the data folder
 * keeps a gateway from starting. A restore that fails is removed again.
 */
public final class BackupReader {
  private static final String MARKER = "restoring";

  /** A folder that a file system creates in a new volume. */
  private static final String LOST_AND_FOUND = "lost+found";

  private final BackupPlaces places;

  public BackupReader(BackupPlaces places) {
    this.places = places;
  }

  /** A backup that cannot be restored; the message says why, for the operator. */
  public static final class UnusableBackupException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableBackupException(String message) {
      super(message);
    }
  }

  /** Whether a restore into a data folder has started and not finished. */
  public static boolean isUnfinished(Path dataFolder) {
    return Files.exists(dataFolder.resolve(MARKER));
  }

  /**
   * Restores a backup.
   *
   * @throws UnusableBackupException where the file is not a backup or is damaged, or a folder is
   *     not empty; the folders are not changed
   * @throws IOException where the folders cannot be written; what was restored is removed again
   */
  public BackupWriter.About restore(Path backup) throws IOException, UnusableBackupException {
    clearUnfinished();
    requireEmpty(places.data());
    requireEmpty(places.files());
    try (ZipFile zip = new ZipFile(backup.toFile())) {
      BackupWriter.About about = about(zip);
      List<? extends ZipEntry> entries = Collections.list(zip.entries());
      requireKnown(entries);
      FileChannel marker = begin();
      try (marker) {
        for (ZipEntry entry : entries) {
          if (!entry.getName().equals(BackupWriter.ABOUT)) {
            extract(zip, entry);
          }
        }
      } catch (IOException | RuntimeException e) {
        clear();
        throw e;
      }
      Files.delete(places.data().resolve(MARKER));
      DurableFolder.sync(places.data());
      return about;
    } catch (ZipException e) {
      throw new UnusableBackupException(
          "The file "
              + backup
              + " is not a backup of comfyui-gateway, or is damaged or incomplete.");
    }
  }

  private static BackupWriter.About about(ZipFile zip) throws IOException, UnusableBackupException {
    ZipEntry entry = zip.getEntry(BackupWriter.ABOUT);
    if (entry == null || zip.getEntry(BackupPlaces.DATA_PREFIX + BackupPlaces.DATABASE) == null) {
      throw new UnusableBackupException(
          "The file " + zip.getName() + " is not a backup of comfyui-gateway.");
    }
    BackupWriter.About about;
    try (InputStream in = zip.getInputStream(entry)) {
      about = new ObjectMapper().readValue(in, BackupWriter.About.class);
    }
    if (about.format() != BackupWriter.FORMAT) {
      throw new UnusableBackupException(
          "The backup was made by comfyui-gateway "
              + about.version()
              + ", which writes backups in another format. Restore it with that version.");
    }
    return about;
  }

  private void requireKnown(List<? extends ZipEntry> entries) throws UnusableBackupException {
    for (ZipEntry entry : entries) {
      if (!entry.getName().equals(BackupWriter.ABOUT) && places.of(entry.getName()).isEmpty()) {
        throw new UnusableBackupException(
            "The file has an entry that no backup of comfyui-gateway contains. Nothing was"
                + " restored.");
      }
    }
  }

  private static void requireEmpty(Path folder) throws IOException, UnusableBackupException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> there = Files.newDirectoryStream(folder)) {
        for (Path each : there) {
          if (!each.getFileName().toString().equals(LOST_AND_FOUND)) {
            throw new UnusableBackupException(
                "The folder "
                    + folder
                    + " is not empty. Move its files away, or set GATEWAY_DATA_DIR and"
                    + " GATEWAY_FILES_DIR to empty folders.");
          }
        }
      }
    }
  }

  // Removes what a restore left that was killed, but not one that is running.
  private void clearUnfinished() throws IOException, UnusableBackupException {
    if (isUnfinished(places.data())) {
      Path file = places.data().resolve(MARKER);
      try (FileChannel marker = FileChannel.open(file, StandardOpenOption.WRITE)) {
        if (marker.tryLock() == null) {
          throw alreadyRunning();
        }
        clear();
      } catch (OverlappingFileLockException e) {
        throw alreadyRunning();
      }
    }
  }

  private UnusableBackupException alreadyRunning() {
    return new UnusableBackupException(
        "Another restore into " + places.data() + " is running. Wait until it has finished.");
  }

  private FileChannel begin() throws IOException {
    PrivateFiles.createDirectories(places.data());
    PrivateFiles.createDirectories(places.files());
    FileChannel marker =
        PrivateFiles.open(
            places.data().resolve(MARKER), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    marker.tryLock();
    DurableFolder.sync(places.data());
    return marker;
  }

  private void extract(ZipFile zip, ZipEntry entry) throws IOException {
    Path file = places.of(entry.getName()).orElseThrow();
    PrivateFiles.createDirectories(DurableFolder.of(file));
    // ZipFile does not verify checksums.
    CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
    try (in;
        OutputStream out = PrivateFiles.newOutputStream(file)) {
      in.transferTo(out);
    }
    if (in.getChecksum().getValue() != entry.getCrc()) {
      throw new ZipException("the checksum of " + entry.getName() + " does not match");
    }
    DurableFolder.syncFile(file);
  }

  // The marker last: as long as it exists, these files belong to an unfinished restore.
  private void clear() throws IOException {
    for (Path made : places.all()) {
      if (Files.exists(made)) {
        List<Path> below = new ArrayList<>();
        try (Stream<Path> all = Files.walk(made)) {
          all.sorted(Comparator.reverseOrder()).forEach(below::add);
        }
        for (Path each : below) {
          Files.delete(each);
        }
      }
    }
    Files.deleteIfExists(places.data().resolve(MARKER));
  }
}
