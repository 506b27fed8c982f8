package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.simulator.media.Picture;
import java.util.List;

/** What one node hands to the next. */
sealed interface Value {

  /** An {@code IMAGE} or {@code LATENT} batch; a latent is known by what it would decode to. */
  record Pictures(List<Picture> pictures) implements Value {}

  /** A {@code VIDEO} without sound. */
  record Video(List<Picture> frames, double fps) implements Value {}

  /** An {@code AUDIO} of silence. */
  record Audio(long samples, int rate, int channels) implements Value {}

  /** The {@code SIGMAS} of so many steps. */
  record Sigmas(int steps) implements Value {}

  /** A number, a text or a flag that another node works out. */
  record Literal(JsonNode json) implements Value {}

  /** A placeholder for a model, a text encoder, a conditioning or a sampler. */
  record Handle(String type) implements Value {}
}
