package dev.hypersd.scene.content;

/** The kind of an object. */
public enum Kind {
    HEART("heart"),
    STAR("star"),
    CRYSTAL("crystal"),
    TREE("tree"),
    HOUSE("house"),
    FISH("fish", "fish"),
    CAT("cat"),
    DOG("dog"),
    BOAT("boat"),
    MUSHROOM("mushroom"),
    MOON("moon"),
    CUP("cup"),
    SHIRT("t-shirt"),
    FLOWER("flower"),
    UMBRELLA("umbrella"),
    BALLOON("balloon"),
    CAR("car"),
    APPLE("apple"),
    BUTTERFLY("butterfly", "butterflies");

    private final String one;
    private final String many;

    Kind(String one) {
        this(one, one + "s");
    }

    Kind(String one, String many) {
        this.one = one;
        this.many = many;
    }

    /** Returns the noun for {@code count} objects of this kind. */
    public String noun(int count) {
        return count == 1 ? one : many;
    }
}
