package io.comfygateway.workflow;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The kinds of files that an input of the type {@code file} may take. */
public enum FileKind {
  IMAGE,
  AUDIO,
  VIDEO,
  /** A 3D model, or weights in a form that runs no code. */
  MODEL,
  TEXT,
  JSON,
  ARCHIVE;

  /**
   * What is taken where nothing is declared. What an archive holds is not looked at, so that it
   * must be asked for.
   */
  public static final Set<FileKind> USUAL = Set.copyOf(EnumSet.complementOf(EnumSet.of(ARCHIVE)));

  /** What an input takes of which nothing is declared but its name, such as Load3D.model_file. */
  static Set<FileKind> ofField(String field) {
    return FileInput.words(field).contains("model") ? Set.of(MODEL) : USUAL;
  }

  /** The kind of this name, as sidecars write it. */
  public static Optional<FileKind> named(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /** The name in sidecars and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
