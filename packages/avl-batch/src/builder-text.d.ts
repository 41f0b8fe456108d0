/** Made by the build: the script that a builder's thread runs. */
declare const code: string;
export default code;
