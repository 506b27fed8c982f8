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
 * Puts a backup back into empty folders. As long as it is not whole a mark lies in the data folder,
 * with which no gateway starts; what fails is removed again.
 */
public final class BackupReader {
  private static final String MARK = "restoring";

  /** What a file system puts into a new volume by itself. */
  private static final String OF_THE_VOLUME = "lost+found";

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

  /** Whether a restore into a data folder was begun and did not come to its end. */
  public static boolean isUnfinished(Path dataFolder) {
    return Files.exists(dataFolder.resolve(MARK));
  }

  /**
   * Restores a backup.
   *
   * @throws UnusableBackupException where it is none, is damaged, or a folder is not empty; the
   *     folders are as they were
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
      FileChannel mark = begin();
      try (mark) {
        for (ZipEntry entry : entries) {
          if (!entry.getName().equals(BackupWriter.ABOUT)) {
            put(zip, entry);
          }
        }
      } catch (IOException | RuntimeException e) {
        clear();
        throw e;
      }
      Files.delete(places.data().resolve(MARK));
      DurableFolder.sync(places.data());
      return about;
    } catch (ZipException e) {
      throw new UnusableBackupException(
          "The file " + backup + " is no backup of comfyui-gateway, or is damaged or cut off.");
    }
  }

  private static BackupWriter.About about(ZipFile zip) throws IOException, UnusableBackupException {
    ZipEntry entry = zip.getEntry(BackupWriter.ABOUT);
    if (entry == null || zip.getEntry(BackupPlaces.OF_DATA + BackupPlaces.DATABASE) == null) {
      throw new UnusableBackupException(
          "The file " + zip.getName() + " is no backup of comfyui-gateway.");
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
            "The backup has an entry that no backup of comfyui-gateway has, so nothing was"
                + " restored.");
      }
    }
  }

  private static void requireEmpty(Path folder) throws IOException, UnusableBackupException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> there = Files.newDirectoryStream(folder)) {
        for (Path each : there) {
          if (!each.getFileName().toString().equals(OF_THE_VOLUME)) {
            throw new UnusableBackupException(
                "The folder "
                    + folder
                    + " is not empty. Move away what is in it, or set GATEWAY_DATA_DIR and"
                    + " GATEWAY_FILES_DIR to empty folders.");
          }
        }
      }
    }
  }

  // Of one that was killed, and not of one that is under way.
  private void clearUnfinished() throws IOException, UnusableBackupException {
    if (isUnfinished(places.data())) {
      Path file = places.data().resolve(MARK);
      try (FileChannel mark = FileChannel.open(file, StandardOpenOption.WRITE)) {
        if (mark.tryLock() == null) {
          throw underWay();
        }
        clear();
      } catch (OverlappingFileLockException e) {
        throw underWay();
      }
    }
  }

  private UnusableBackupException underWay() {
    return new UnusableBackupException(
        "Another restore into " + places.data() + " is under way. Wait for its end.");
  }

  private FileChannel begin() throws IOException {
    PrivateFiles.createDirectories(places.data());
    PrivateFiles.createDirectories(places.files());
    FileChannel mark =
        PrivateFiles.open(
            places.data().resolve(MARK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    mark.tryLock();
    DurableFolder.sync(places.data());
    return mark;
  }

  private void put(ZipFile zip, ZipEntry entry) throws IOException {
    Path file = places.of(entry.getName()).orElseThrow();
    PrivateFiles.createDirectories(file.getParent());
    // ZipFile itself looks at no checksum.
    CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
    try (in;
        OutputStream out = PrivateFiles.newOutputStream(file)) {
      in.transferTo(out);
    }
    if (in.getChecksum().getValue() != entry.getCrc()) {
      throw new ZipException("the checksum of " + entry.getName() + " is another one");
    }
    DurableFolder.syncFile(file);
  }

  // The mark last: until it is gone all of this is of a restore.
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
    Files.deleteIfExists(places.data().resolve(MARK));
  }
}
