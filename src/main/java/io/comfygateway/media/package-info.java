/** Files of pictures, sound and film: what they are by their bytes, and what they may be called. */
package io.comfygateway.media;
