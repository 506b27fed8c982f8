package io.comfygateway.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The files that jobs need while they are in work, each named by its job and a name in it. A name
 * has no slash. Every gateway on the database can read what another one has stored.
 */
public interface JobFiles {

  /** A file that is being written. Closing it deletes it unless it was published. */
  interface Draft extends Closeable {
    /** Where to write it on this machine. */
    Path path();

    /**
     * Stores it under its name, where it replaces an earlier one. It survives a crash when this
     * returns.
     *
     * @param contentType its media type
     * @throws io.comfygateway.store.StoreUnavailableException if it cannot be stored now
     */
    void publish(String contentType) throws IOException;
  }

  /**
   * Begins a file.
   *
   * @throws io.comfygateway.store.StoreUnavailableException if nothing can be stored now
   */
  Draft draft(UUID job, String name) throws IOException;

  /** The names of a job's files, in alphabetical order. */
  List<String> names(UUID job) throws IOException;

  /** Whether there is such a file. */
  boolean has(UUID job, String name) throws IOException;

  /** The media type that a file was published with; empty if that is not stored with it. */
  Optional<String> typeOf(UUID job, String name) throws IOException;

  /**
   * Reads a file; the caller closes the stream.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   * @throws io.comfygateway.store.StoreUnavailableException if it cannot be read now
   */
  InputStream open(UUID job, String name) throws IOException;

  /**
   * A file on this machine; the caller closes it.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   * @throws io.comfygateway.store.StoreUnavailableException if it cannot be read now
   */
  LocalFile local(UUID job, String name) throws IOException;

  /** Deletes a file; without effect if there is none. */
  void delete(UUID job, String name) throws IOException;

  /** Deletes every file of a job; without effect if there is none. */
  void delete(UUID job) throws IOException;

  /** The jobs with files, none of which was written since. */
  Set<UUID> unchangedSince(Instant since) throws IOException;
}
