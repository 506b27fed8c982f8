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
   * The kinds accepted when nothing is declared. The contents of archives are not inspected, so an
   * archive must be asked for.
   */
  public static final Set<FileKind> USUAL = Set.copyOf(EnumSet.complementOf(EnumSet.of(ARCHIVE)));

  /** The kinds for an input that only its name declares as a file, such as Load3D.model_file. */
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
