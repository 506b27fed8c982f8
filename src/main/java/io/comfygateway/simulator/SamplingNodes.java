package io.comfygateway.simulator;

import io.comfygateway.simulator.media.Picture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes around sampling. A latent is known by the picture that it would decode to, so decoding and
 * encoding hand on what they get, and sampling draws over it as much as it denoises.
 */
final class SamplingNodes {
  private static final int EMPTY_LATENT = 0x8a7d6e;
  private static final int PREVIEW_SIDE = 128;

  private final Faults faults;
  private final int maxSide;

  SamplingNodes(Faults faults, int maxSide) {
    this.faults = faults;
    this.maxSide = maxSide;
  }

  Map<String, Node> nodes() {
    return Map.of(
        "EmptyLatentImage", this::emptyLatent,
        "EmptySD3LatentImage", this::emptyLatent,
        "VAEDecode", call -> Node.Result.of(new Value.Pictures(call.pictures("samples"))),
        "VAEEncode", call -> Node.Result.of(new Value.Pictures(call.pictures("pixels"))),
        "KSampler", this::sample,
        "KSamplerAdvanced", this::sampleAdvanced,
        "BasicScheduler", this::schedule,
        "SamplerCustomAdvanced", this::sampleCustom);
  }

  private Node.Result emptyLatent(NodeCall call) {
    Picture picture =
        new Picture.Plain(call.whole("width"), call.whole("height"), EMPTY_LATENT).within(maxSide);
    return Node.Result.of(
        new Value.Pictures(Collections.nCopies(call.whole("batch_size"), picture)));
  }

  private Node.Result sample(NodeCall call) throws NodeFailure, Run.Stopped {
    double denoise = call.real("denoise");
    return Node.Result.of(draw(call, call.whole("steps"), denoise));
  }

  private Node.Result sampleAdvanced(NodeCall call) throws NodeFailure, Run.Stopped {
    int steps = call.whole("steps");
    int last = Math.min(steps, call.whole("end_at_step"));
    int share = Math.max(0, last - call.whole("start_at_step"));
    return Node.Result.of(draw(call, share, (double) share / steps));
  }

  private Node.Result schedule(NodeCall call) {
    return Node.Result.of(new Value.Sigmas(call.whole("steps")));
  }

  private Node.Result sampleCustom(NodeCall call) throws NodeFailure, Run.Stopped {
    int steps = call.handed("sigmas", Value.Sigmas.class).steps();
    Value drawn = draw(call, steps, 1);
    return Node.Result.of(drawn, drawn);
  }

  private Value draw(NodeCall call, int steps, double share) throws NodeFailure, Run.Stopped {
    List<Picture> drawn = new ArrayList<>();
    for (Picture below : call.pictures("latent_image")) {
      Picture waves =
          new Picture.Waves(below.width(), below.height(), call.chance() + drawn.size());
      drawn.add(share >= 1 ? waves : new Picture.Blended(below, waves, share));
    }
    Duration time = faults.stepTime();
    for (int step = 1; step <= steps; step++) {
      call.steps().step(step, steps, time, preview(drawn.get(0), time, (double) step / steps));
    }
    return new Value.Pictures(drawn);
  }

  // What has taken no time needs no preview, and thousands of them would.
  private static Optional<NodeCall.Preview> preview(Picture drawn, Duration time, double done) {
    if (time.isZero()) {
      return Optional.empty();
    }
    Picture small = drawn.within(PREVIEW_SIDE);
    Picture empty = new Picture.Plain(small.width(), small.height(), EMPTY_LATENT);
    return Optional.of(new NodeCall.Preview(new Picture.Blended(empty, small, done), true));
  }
}
