package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which inputs of a node name a file or a folder of ComfyUI's machine: what its class declares,
 * and, since many classes declare a path as a plain {@code STRING}, what class and input are
 * called.
 */
final class FileInput {
  /** Types whose value is the name of a file that the editor has recorded and uploaded. */
  private static final Set<String> RECORDED = Set.of("WEBCAM", "AUDIO_RECORD");

  /** Words of the inputs that name files, whatever their class. */
  private static final Set<String> WORDS =
      Set.of(
          "file",
          "files",
          "filename",
          "filenames",
          "filepath",
          "path",
          "paths",
          "dir",
          "dirs",
          "directory",
          "folder",
          "subfolder",
          "image",
          "images",
          "mask",
          "video",
          "videos",
          "audio",
          "latent");

  /** Words of the texts of loading classes that name none. */
  private static final Set<String> TEXTS =
      Set.of("delimiter", "separator", "prompt", "text", "regex", "pattern");

  private FileInput() {}

  /** Whether ComfyUI treats a text in this input as a path, or may. */
  static boolean takesPath(String classType, String field, Optional<InputDeclaration> declared) {
    if (declared.filter(FileInput::isProse).isPresent()) {
      return false;
    }
    Set<String> words = words(field);
    return declared.filter(it -> "COMBO".equals(it.type())).isPresent()
        || !Collections.disjoint(words, WORDS)
        || classType.toLowerCase(Locale.ROOT).contains("load")
            && Collections.disjoint(words, TEXTS);
  }

  /** Whether the class offers the value itself: what a server lists is in its own folders. */
  static boolean offers(InputDeclaration declared, JsonNode value) {
    for (JsonNode choice : declared.choices()) {
      if (choice.equals(value)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the value is the name of a file that the editor has recorded and uploaded. */
  static boolean isRecorded(InputDeclaration declared) {
    return RECORDED.contains(declared.type());
  }

  private static boolean isProse(InputDeclaration declared) {
    return declared.options().path("multiline").asBoolean(false);
  }

  // The words of snake_case, camelCase and "two words".
  static Set<String> words(String field) {
    Set<String> words = new HashSet<>();
    StringBuilder word = new StringBuilder();
    for (int at = 0; at < field.length(); at++) {
      char c = field.charAt(at);
      if (!Character.isLetter(c) || Character.isUpperCase(c)) {
        words.add(word.toString());
        word.setLength(0);
      }
      if (Character.isLetter(c)) {
        word.append(Character.toLowerCase(c));
      }
    }
    words.add(word.toString());
    return words;
  }
}
