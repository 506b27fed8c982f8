package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.media.Picture;
import io.comfygateway.simulator.media.PngFile;
import io.comfygateway.simulator.media.WebpFile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Nodes that make, load, change and save pictures. */
final class ImageNodes {
  private final PythonJson json;
  private final int maxSide;
  private final SimulatedVersion version;

  ImageNodes(PythonJson json, int maxSide, SimulatedVersion version) {
    this.version = version;
    this.json = json;
    this.maxSide = maxSide;
  }

  Map<String, Node> nodes() {
    return Map.of(
        "EmptyImage", this::empty,
        "ImageInvert", this::invert,
        "LoadImage", this::load,
        "ImageScale", this::scale,
        "SlowImage", this::slow,
        "ShowText", this::showText,
        "SaveImage", call -> save(call, "output", call.text("filename_prefix")),
        "PreviewImage", call -> save(call, "temp", "ComfyUI_temp_" + call.letters()),
        "SaveImageWebsocket", this::send,
        "SaveAnimatedWEBP", this::animate);
  }

  private Node.Result empty(NodeCall call) {
    Picture picture =
        new Picture.Plain(call.whole("width"), call.whole("height"), call.whole("color"))
            .within(maxSide);
    return Node.Result.of(
        new Value.Pictures(Collections.nCopies(call.whole("batch_size"), picture)));
  }

  private Node.Result load(NodeCall call) throws NodeFailure {
    String path = call.text("image");
    Content content =
        call.disk()
            .byPath(path)
            .orElseThrow(() -> new NodeFailure("FileNotFoundError", "No such file: " + path));
    try {
      Picture picture =
          call.disk()
              .picture(content)
              .orElseThrow(
                  () ->
                      new NodeFailure(
                          "PIL.UnidentifiedImageError",
                          "cannot identify image file '" + path + "'"))
              .within(maxSide);
      Picture onDisk = new OnDisk(call.disk(), content, picture.width(), picture.height());
      Picture mask = new Picture.Plain(picture.width(), picture.height(), 0);
      return Node.Result.of(new Value.Pictures(List.of(onDisk)), new Value.Pictures(List.of(mask)));
    } catch (IOException e) {
      throw new NodeFailure("OSError", "cannot read image file '" + path + "'");
    }
  }

  private Node.Result scale(NodeCall call) throws NodeFailure {
    List<Picture> scaled = new ArrayList<>();
    for (Picture picture : call.pictures("image")) {
      int width = call.whole("width");
      int height = call.whole("height");
      // A side of 0 follows the other one.
      int wide = width == 0 ? picture.width() * height / picture.height() : width;
      int high = height == 0 ? picture.height() * width / picture.width() : height;
      scaled.add(wide == 0 || high == 0 ? picture : picture.resized(wide, high).within(maxSide));
    }
    return Node.Result.of(new Value.Pictures(scaled));
  }

  private Node.Result invert(NodeCall call) throws NodeFailure {
    return Node.Result.of(
        new Value.Pictures(call.pictures("image").stream().<Picture>map(Inverted::new).toList()));
  }

  private Node.Result slow(NodeCall call) throws NodeFailure, Run.Stopped {
    int steps = call.whole("steps");
    for (int step = 1; step <= steps; step++) {
      call.steps().step(step, steps, Duration.ofMillis(call.whole("step_ms")), Optional.empty());
    }
    if (call.flag("fail")) {
      throw new NodeFailure("RuntimeError", "boom from SlowImage");
    }
    Picture picture = new Picture.Waves(call.whole("width"), call.whole("height"), call.chance());
    return Node.Result.of(new Value.Pictures(List.of(picture.within(maxSide))));
  }

  private Node.Result showText(NodeCall call) throws NodeFailure {
    call.steps().text(call.text("text"));
    return Node.Result.of(new Value.Pictures(call.pictures("images")));
  }

  private Node.Result save(NodeCall call, String type, String prefix) throws NodeFailure {
    ObjectNode ui = json.object();
    ArrayNode images = ui.putArray("images");
    List<Picture> pictures = call.pictures("images");
    for (Picture picture : pictures) {
      Content content = new Content.Drawn(() -> PngFile.of(picture));
      images.add(call.disk().save(type, prefix, ".png", content).toJson());
    }
    // Since 0.33 SaveImage hands its pictures on.
    return new Node.Result(List.of(new Value.Pictures(pictures)), Optional.of(ui));
  }

  private Node.Result send(NodeCall call) throws NodeFailure, Run.Stopped {
    List<Picture> pictures = call.pictures("images");
    for (int i = 0; i < pictures.size(); i++) {
      NodeCall.Preview preview = new NodeCall.Preview(pictures.get(i), false);
      call.steps().step(i, pictures.size(), Duration.ZERO, Optional.of(preview));
    }
    return Node.Result.of();
  }

  private Node.Result animate(NodeCall call) throws NodeFailure {
    List<Picture> pictures = call.pictures("images");
    int frameMillis = (int) Math.round(1000 / call.real("fps"));
    Content content =
        new Content.Drawn(
            () ->
                pictures.size() == 1
                    ? WebpFile.of(pictures.get(0))
                    : WebpFile.animation(MediaNodes.shown(pictures), frameMillis));
    ObjectNode ui = json.object();
    String prefix = call.text("filename_prefix");
    ui.putArray("images").add(call.disk().save("output", prefix, ".webp", content).toJson());
    if (pictures.size() != 1 || !version.is033()) {
      ui.putArray("animated").add(pictures.size() != 1);
    }
    return Node.Result.shown(ui);
  }

  private record Inverted(Picture of) implements Picture {
    @Override
    public int width() {
      return of.width();
    }

    @Override
    public int height() {
      return of.height();
    }

    @Override
    public int[] pixels() {
      return Arrays.stream(of.pixels()).map(pixel -> pixel ^ 0xffffff).toArray();
    }
  }

  /** A picture that is read again each time, so that what is made of it holds no pixels. */
  private record OnDisk(Disk disk, Content content, int width, int height) implements Picture {
    @Override
    public int[] pixels() {
      try {
        return disk.picture(content)
            .map(picture -> picture.resized(width, height))
            .orElseGet(() -> new Plain(width, height, 0))
            .pixels();
      } catch (IOException e) {
        // The upload was lost with the simulator that it was sent to.
        return new Plain(width, height, 0).pixels();
      }
    }
  }
}
