package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which inputs of a node name a file or a folder of ComfyUI's machine: what its class declares,
 * and, since many classes declare a path as a plain {@code STRING}, what class and input are
 * called.
 */
final class FileInput {
  /** The inputs of core nodes, for servers whose declarations are not known yet. */
  private static final Map<String, String> CORE =
      Map.ofEntries(
          Map.entry("LoadImage", "image"),
          Map.entry("LoadImageMask", "image"),
          Map.entry("LoadImageOutput", "image"),
          Map.entry("LoadAudio", "audio"),
          Map.entry("LoadVideo", "file"),
          Map.entry("LoadLatent", "latent"),
          Map.entry("Load3D", "model_file"),
          Map.entry("Load3DAnimation", "model_file"),
          Map.entry("WebcamCapture", "image"));

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

  /**
   * Whether ComfyUI opens what the input names as a file of its input folder, so that a name which
   * only a run could compute is as good as any path.
   */
  static boolean isUpload(String classType, String field, Optional<InputDeclaration> declared) {
    if (field.equals(CORE.get(classType))) {
      return true;
    }
    return declared.filter(it -> RECORDED.contains(it.type()) || marksUpload(it)).isPresent();
  }

  // image_upload, video_upload, audio_upload, file_upload, and what later versions call the like.
  private static boolean marksUpload(InputDeclaration declared) {
    for (Map.Entry<String, JsonNode> option : declared.options().properties()) {
      if (option.getKey().endsWith("_upload") && option.getValue().asBoolean(false)) {
        return true;
      }
    }
    return declared.options().has("image_folder");
  }

  /** Whether a text in the input is taken for a path, or may be. */
  static boolean takesPath(String classType, String field, Optional<InputDeclaration> declared) {
    if (isUpload(classType, field, declared)) {
      return true;
    }
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
    JsonNode first = declared.declaration().get(0);
    JsonNode choices = first.isArray() ? first : declared.options().path("options");
    for (JsonNode choice : choices) {
      if (choice.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isProse(InputDeclaration declared) {
    return declared.options().path("multiline").asBoolean(false);
  }

  // The words of snake_case, camelCase and "two words".
  private static Set<String> words(String field) {
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
