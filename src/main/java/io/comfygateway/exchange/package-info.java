/** The end of a Camel exchange. The way in is {@link OnDone}. It knows no other package. */
@NullMarked
package io.comfygateway.exchange;

import org.jspecify.annotations.NullMarked;
