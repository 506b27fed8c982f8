package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.workflow.LibraryIndex.Entry;
import io.comfygateway.workflow.LibraryIndex.Version;
import java.util.List;
import java.util.Optional;

/** Gives the versions of files their numbers, and has them kept. */
final class VersionNumbers {
  private final StoredWorkflows stored;

  // Otherwise each file of a reload would wait for a database that does not answer.
  private boolean isStoreUnreachable;

  VersionNumbers(StoredWorkflows stored) {
    this.stored = stored;
  }

  /** A reload begins: the store is asked again. */
  void begin() {
    isStoreUnreachable = false;
  }

  /** The entry with the number that its content has among the kept versions. */
  Entry numbered(Entry entry, Optional<Entry> before) {
    Version loaded = entry.serving().orElseThrow();
    Workflow workflow = loaded.workflow();
    boolean isNumberedByFile = loaded.file().name().version().isPresent();
    if (isStoreUnreachable && !isNumberedByFile) {
      return notStored(entry, before, UnreachableStoreException.class);
    }
    try {
      int number =
          isNumberedByFile
              ? workflow.version()
              : stored.number(workflow.name(), workflow.version(), loaded.source());
      return new Entry(
          entry.stamps(), Optional.of(loaded.numbered(number)), entry.faults(), entry.conversion());
    } catch (RuntimeException e) {
      isStoreUnreachable |= e instanceof UnreachableStoreException;
      return notStored(entry, before, e.getClass());
    }
  }

  // A version that is not kept would run under a number that can later mean another one.
  private static Entry notStored(
      Entry entry, Optional<Entry> before, Class<? extends RuntimeException> why) {
    FileFault fault =
        new FileFault(
            entry.serving().orElseThrow().file().json(),
            0,
            "",
            "Its version cannot be stored (" + why.getSimpleName() + ")",
            "it is taken over when the database answers");
    return new Entry(List.of(), before.flatMap(Entry::serving), List.of(fault), entry.conversion());
  }

  /** The file of the editor that a version was made from. */
  Optional<JsonNode> editor(Workflow base) {
    try {
      return isStoreUnreachable ? Optional.empty() : stored.editor(base.name(), base.version());
    } catch (RuntimeException noDatabase) {
      // Then the preset cannot be stored either.
      return Optional.empty();
    }
  }

  /** A kept version. */
  Optional<StoredWorkflows.Kept> find(String name, int version) {
    return isStoreUnreachable ? Optional.empty() : stored.find(name, version);
  }
}
