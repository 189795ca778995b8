/** An application that draws. */
module example {
    requires dev.hypersd.core;
    requires dev.hypersd.mini;
}
