package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which inputs of which node classes take the name of an uploaded file. ComfyUI marks them in
 * {@code /object_info} with {@code image_upload}, {@code video_upload}, {@code audio_upload} or
 * {@code file_upload}. Node packs that draw their own upload button, such as VideoHelperSuite's,
 * leave the mark out; there the choices are the media files in ComfyUI's input folder.
 */
public final class UploadInputs {
  /** Used until a server has reported its classes. */
  private static final Map<String, InputType> USUAL =
      Map.of(
          "LoadImage.image", InputType.IMAGE,
          "LoadImageMask.image", InputType.IMAGE,
          "LoadAudio.audio", InputType.AUDIO,
          "LoadVideo.file", InputType.VIDEO,
          "VHS_LoadVideo.video", InputType.VIDEO,
          "VHS_LoadAudioUpload.audio", InputType.AUDIO,
          "Load3D.model_file", InputType.FILE);

  private static final Map<String, InputType> BY_NAME =
      Map.of(
          "image", InputType.IMAGE,
          "mask", InputType.IMAGE,
          "audio", InputType.AUDIO,
          "video", InputType.VIDEO);

  private static final Map<InputType, Set<String>> ENDINGS =
      Map.of(
          InputType.IMAGE, Set.of("png", "jpg", "jpeg", "webp", "gif", "bmp"),
          InputType.VIDEO, Set.of("mp4", "webm", "mkv", "mov", "avi", "m4v"),
          InputType.AUDIO, Set.of("mp3", "wav", "flac", "ogg", "opus", "m4a", "aac"));

  private final Optional<ObjectInfo> objectInfo;

  /**
   * @param objectInfo the node classes of the servers, if one has answered
   */
  public UploadInputs(Optional<ObjectInfo> objectInfo) {
    this.objectInfo = objectInfo;
  }

  /**
   * What kind of file an input of a node takes; empty if it takes none. An input may be there only
   * because of another one's value, such as {@code source.image} of a dynamic combo.
   */
  public Optional<InputType> kind(GraphNode node, String field) {
    Optional<ObjectInfo> known = objectInfo.filter(info -> info.knows(node.classType()));
    return known.isEmpty()
        ? Optional.ofNullable(USUAL.get(node.classType() + "." + field))
        : known.get().input(node, field).flatMap(UploadInputs::declared);
  }

  /** What kind of file an input takes by its declaration alone; empty if it takes none. */
  public static Optional<InputType> declared(InputDeclaration input) {
    return marked(input).or(() -> listed(input));
  }

  /** What kind of file an input takes by its mark alone. */
  public static Optional<InputType> marked(InputDeclaration input) {
    JsonNode options = input.options();
    if (options.path("video_upload").asBoolean(false)) {
      return Optional.of(InputType.VIDEO);
    }
    if (options.path("audio_upload").asBoolean(false)) {
      return Optional.of(InputType.AUDIO);
    }
    if (options.path("image_upload").asBoolean(false)) {
      // The editor's button for pictures takes films as well, and some packs use it for them.
      return Optional.of("video".equals(ownName(input)) ? InputType.VIDEO : InputType.IMAGE);
    }
    return options.path("file_upload").asBoolean(false)
        ? Optional.of(InputType.FILE)
        : Optional.empty();
  }

  private static Optional<InputType> listed(InputDeclaration input) {
    JsonNode choices = input.choices();
    if (!choices.isArray()) {
      return Optional.empty();
    }
    Optional<InputType> first = Optional.empty();
    for (int i = 0; i < choices.size() && first.isEmpty(); i++) {
      first = ofEnding(choices.get(i).asText());
    }
    boolean isOfFiles = choices.isEmpty() || first.isPresent();
    // A list of films has animated GIFs in it, so that the name says more.
    Optional<InputType> named = Optional.ofNullable(BY_NAME.get(ownName(input)));
    return isOfFiles && named.isPresent() ? named : first;
  }

  // Without the dynamic combos that it is part of.
  private static String ownName(InputDeclaration input) {
    return input.name().substring(input.name().lastIndexOf('.') + 1);
  }

  private static Optional<InputType> ofEnding(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return ENDINGS.entrySet().stream()
        .filter(known -> known.getValue().contains(ending))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
