/** What clients may name: models, LoRAs and ControlNets, and the files behind the names. */
@NullMarked
package dev.hypersd.serve.catalogue;

import org.jspecify.annotations.NullMarked;
