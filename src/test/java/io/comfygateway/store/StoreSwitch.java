package io.comfygateway.store;

import java.io.IOException;
import java.util.Optional;

/** A store that a test takes down and up again. */
public final class StoreSwitch implements StoreState {
  private volatile boolean down;

  public void down(boolean isDown) {
    down = isDown;
  }

  @Override
  public Optional<String> fault() {
    return down ? Optional.of("the folder of files is away") : Optional.empty();
  }

  @Override
  public void require() throws IOException {
    if (down) {
      throw new StoreUnavailableException(new IOException(fault().orElseThrow()));
    }
  }
}
