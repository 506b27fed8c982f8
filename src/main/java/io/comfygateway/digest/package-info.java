/** SHA-256. The way in is {@link Sha256}. It knows no other package. */
@NullMarked
package io.comfygateway.digest;

import org.jspecify.annotations.NullMarked;
