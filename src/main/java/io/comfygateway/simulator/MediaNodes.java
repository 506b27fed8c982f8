package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.media.FlacFile;
import io.comfygateway.simulator.media.Mp4File;
import io.comfygateway.simulator.media.Noise;
import io.comfygateway.simulator.media.Picture;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Nodes for video, sound, text, numbers and large files. */
final class MediaNodes {
  // Frames are stored uncompressed, so films are kept small and short.
  private static final int FILM_SIDE = 256;
  private static final int FILM_FRAMES = 120;
  private static final int AUDIO_SECONDS = 600;

  private final PythonJson json;

  MediaNodes(PythonJson json) {
    this.json = json;
  }

  Map<String, Node> nodes() {
    return Map.of(
        "CreateVideo",
        call -> Node.Result.of(new Value.Video(call.pictures("images"), call.real("fps"))),
        "SaveVideo",
        this::saveVideo,
        "EmptyAudio",
        this::silence,
        "SaveAudio",
        this::saveAudio,
        "PreviewAny",
        this::text,
        "PrimitiveInt",
        call -> Node.Result.of(new Value.Literal(call.literal("value"))),
        "BigFile",
        this::bigFile);
  }

  /** The frames of a film, small and few enough to be held. */
  static List<Picture> shown(List<Picture> frames) {
    return frames.stream().limit(FILM_FRAMES).map(frame -> frame.within(FILM_SIDE)).toList();
  }

  private Node.Result saveVideo(NodeCall call) throws NodeFailure {
    Value.Video video = call.handed("video", Value.Video.class);
    Content content =
        new Content.Drawn(() -> Mp4File.of(shown(video.frames()), Math.max(1, video.fps())));
    ObjectNode ui = json.object();
    String prefix = call.text("filename_prefix");
    ui.putArray("images").add(call.disk().save("output", prefix, ".mp4", content).toJson());
    ui.putArray("animated").add(true);
    return Node.Result.shown(ui);
  }

  private Node.Result silence(NodeCall call) {
    int rate = call.whole("sample_rate");
    double seconds = Math.min(AUDIO_SECONDS, call.real("duration"));
    return Node.Result.of(new Value.Audio((long) (seconds * rate), rate, call.whole("channels")));
  }

  private Node.Result saveAudio(NodeCall call) throws NodeFailure {
    Value.Audio audio = call.handed("audio", Value.Audio.class);
    Content content =
        new Content.Drawn(() -> FlacFile.silence(audio.samples(), audio.rate(), audio.channels()));
    ObjectNode ui = json.object();
    String prefix = call.text("filename_prefix");
    ui.putArray("audio").add(call.disk().save("output", prefix, ".flac", content).toJson());
    return Node.Result.shown(ui);
  }

  private Node.Result text(NodeCall call) {
    ObjectNode ui = json.object();
    ArrayNode lines = ui.putArray("text");
    lines.add(call.linked("source").map(MediaNodes::describe).orElse(call.text("source")));
    return Node.Result.shown(ui);
  }

  private Node.Result bigFile(NodeCall call) throws NodeFailure, Run.Stopped {
    long length = (call.whole("megabytes") * 1024L + call.whole("kilobytes")) * 1024L;
    Duration work = Duration.ofMillis(call.whole("step_ms"));
    if (!work.isZero()) {
      call.steps().step(1, 1, work, Optional.empty());
    }
    Content content =
        new Content.Streamed(new Noise(call.literal("seed").bigIntegerValue().longValue(), length));
    ObjectNode ui = json.object();
    String prefix = call.text("filename_prefix");
    ui.putArray("files")
        .add(
            call.disk()
                .save("output", prefix.isEmpty() ? "big" : prefix, ".bin", content)
                .toJson());
    return Node.Result.shown(ui);
  }

  // ComfyUI shows a picture as PyTorch prints it: rows of red, green and blue between 0 and 1.
  private static String describe(Value value) {
    if (value instanceof Value.Literal literal) {
      return literal.json().asText();
    }
    if (value instanceof Value.Pictures pictures) {
      int[] pixels = pictures.pictures().get(0).within(8).pixels();
      return Arrays.stream(pixels)
          .limit(3)
          .mapToObj(
              pixel ->
                  "[%s, %s, %s]".formatted(level(pixel >> 16), level(pixel >> 8), level(pixel)))
          .collect(Collectors.joining(",\n          ", "tensor([[[", ",\n          ...]]])"));
    }
    return value.toString();
  }

  private static String level(int channel) {
    int level = channel & 0xff;
    return level % 255 == 0 ? level / 255 + "." : String.format(Locale.ROOT, "%.4f", level / 255.0);
  }
}
