package io.comfygateway.app;

import io.comfygateway.picture.PictureCache;
import io.comfygateway.picture.PictureConverter;
import io.comfygateway.picture.PixelBudget;
import io.comfygateway.picture.WebpLibrary;
import io.comfygateway.settings.PictureSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.nio.file.Path;

/** Outputs in other formats and sizes. */
final class PictureBeans {
  private final PixelBudget memory;
  private final PictureCache cache;
  private final PictureConverter converter;

  PictureBeans(SharedBeans shared, FilesBeans files) {
    Settings settings = shared.settings();
    Path data = settings.get(StorageSettings.DATA_DIR);
    WebpLibrary.unpackTo(data.resolve("native"));
    this.memory = new PixelBudget(settings.get(PictureSettings.MAX_PIXELS));
    this.cache =
        new PictureCache(
            data.resolve("pictures"),
            new PictureCache.Rules(
                settings.get(PictureSettings.CACHE_BYTES), settings.get(PictureSettings.RETENTION)),
            shared.clock());
    this.converter = new PictureConverter(cache, memory, files.state());
  }

  /** The memory for all pictures that are decoded. */
  PixelBudget memory() {
    return memory;
  }

  PictureCache cache() {
    return cache;
  }

  PictureConverter converter() {
    return converter;
  }

  void bindTo(RouteBeans routes) {
    routes.bind(cache);
  }
}
