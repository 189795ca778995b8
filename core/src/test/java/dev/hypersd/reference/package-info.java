/** The golden data of the reference implementation, as the tests read it. */
package dev.hypersd.reference;
